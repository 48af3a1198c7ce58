import { expect, it } from "vitest";
import { fairQueue, type Waiting } from "./fair-queue.ts";

it("serves a known device soon, and its network not much more often than others", () => {
  const queue = fairQueue<Waiting>();
  const networks = Array.from({ length: 20 }, (_, index) => `new ${index}`);
  for (let count = 0; count < 100; count += 1)
    for (const network of networks) queue.add({ network, isFirst: false });
  const served = new Map<string, number>();
  const order: string[] = [];
  for (let turn = 0; turn < 840; turn += 1) {
    // Two of the known network always wait, as when a client repeats log-ins without a pause.
    while (queue.ahead({ network: "known", isFirst: true }) < 2)
      queue.add({ network: "known", isFirst: true });
    const network = queue.next()?.network ?? "";
    served.set(network, (served.get(network) ?? 0) + 1);
    order.push(network);
  }
  expect(order.indexOf("known")).toBeLessThan(2);
  const fair = 840 / 21;
  for (const network of networks) expect(served.get(network)).toBeGreaterThan(fair * 0.9);
  expect(served.get("known")).toBeLessThan(fair * 2.1);
});

it("forgets an item that is removed, and one that is dropped", () => {
  const queue = fairQueue<Waiting>();
  const items = ["a", "b", "b", "b"].map((network) => ({ network, isFirst: false }));
  for (const item of items) queue.add(item);
  expect(queue.longestBeyond({ network: "c", isFirst: false })).toBe("b");
  expect(queue.longestBeyond({ network: "b", isFirst: false })).toBeUndefined();
  expect(queue.dropNewest("b")).toBe(items[3]);
  if (items[0]) queue.remove(items[0]);
  expect(queue.size()).toBe(2);
  expect([queue.next(), queue.next(), queue.next()]).toEqual([items[1], items[2], undefined]);
});
