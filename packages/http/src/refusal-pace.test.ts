import { expect, it } from "vitest";
import { refusalPace } from "./refusal-pace.ts";

const WAIT_MS = 80;

it("holds longer when so many wait that their refusals would slow down everybody", async () => {
  const pace = refusalPace({ everyMs: WAIT_MS, maxPerSecond: 50 });
  const startedAt = performance.now();
  const took = await Promise.all(
    Array.from({ length: 41 }, async () => {
      await pace("192.0.2.1");
      return performance.now() - startedAt;
    }),
  );
  const [first = NaN, second = NaN] = took;
  const last = took.at(-1) ?? NaN;
  expect(first).toBeLessThan(WAIT_MS / 2);
  expect(second).toBeLessThan(WAIT_MS * 2);
  expect(last).toBeGreaterThan(WAIT_MS * 5); // 40 wait, of which 50 a second may end
  // Those that came together do not end together.
  const ends = took.slice(20).map((ms) => Math.round(ms / 10));
  expect(new Set(ends).size).toBeGreaterThan(5);
});

it("holds a network no longer because another one has many, and many networks longer", async () => {
  const pace = refusalPace({ everyMs: WAIT_MS, maxPerSecond: 50 });
  const tookMs = async (network: string) => {
    const startedAt = performance.now();
    await pace(network);
    return performance.now() - startedAt;
  };
  const flood = Promise.all(Array.from({ length: 60 }, () => tookMs("192.0.2.1")));
  await tookMs("192.0.2.2"); // the first is immediate
  expect(await tookMs("192.0.2.2")).toBeLessThan(WAIT_MS * 2);
  expect(Math.max(...(await flood))).toBeGreaterThan(WAIT_MS * 8);
  const networks = Array.from({ length: 40 }, (_, index) => `198.51.100.${index}`);
  await Promise.all(networks.map(tookMs));
  const waits = await Promise.all(networks.map(tookMs));
  expect(Math.max(...waits)).toBeGreaterThan(WAIT_MS * 5);
});

/** Returns whether `pace` has let each network go at once, in the order of the calls. */
async function areImmediate(
  pace: ReturnType<typeof refusalPace>,
  networks: readonly (string | undefined)[],
): Promise<boolean[]> {
  return await Promise.all(
    networks.map(async (network) => {
      const startedAt = performance.now();
      await pace(network);
      return performance.now() - startedAt < WAIT_MS / 2;
    }),
  );
}

it("holds a network that was refused a moment ago, and no other", async () => {
  const pace = refusalPace({ everyMs: WAIT_MS });
  const networks = ["192.0.2.1", "192.0.2.1", "192.0.2.2", undefined, "192.0.2.1"];
  expect(await areImmediate(pace, networks)).toEqual([true, false, true, true, false]);
  expect(await areImmediate(pace, ["192.0.2.1"])).toEqual([false]);
  await new Promise((resolve) => setTimeout(resolve, WAIT_MS * 1.5));
  expect(await areImmediate(pace, ["192.0.2.1"])).toEqual([true]);
});

it("holds no more than it may, so that refusals never fill the connections", async () => {
  const pace = refusalPace({ everyMs: WAIT_MS, maxHeld: 2 });
  const networks = Array<string>(5).fill("192.0.2.1");
  expect(await areImmediate(pace, networks)).toEqual([true, false, false, true, true]);
  expect(await areImmediate(pace, ["192.0.2.1"])).toEqual([false]); // the places are free again
});
