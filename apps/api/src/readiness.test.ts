import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { readinessOf } from "./readiness.ts";

const works = async () => undefined;
const fails = () => Promise.reject(new Error("down"));
const store = (name: string, more = {}) => ({
  name,
  hasSessions: false,
  ping: works,
  probeWrite: works,
  ...more,
});

it.each([
  [[store("a"), store("b")], true, true, []],
  [[store("a", { ping: fails }), store("b", { hasSessions: true })], true, false, ["a"]],
  [[store("a"), store("b", { hasSessions: true, ping: fails })], false, false, ["b"]],
  [[store("a", { warning: async () => "may evict keys" })], true, true, ["a may evict keys"]],
  [[store("a", { probeWrite: fails }), store("b")], true, false, ["a takes no writes"]],
])("names what fails among %j", async (stores, canCheckSessions, canWrite, failing) => {
  const answer = await readinessOf(stores)({ writes: true });
  expect(answer).toEqual({ canCheckSessions, canWrite, failing });
});

it("writes only if asked to, and not for each who asks", async () => {
  let writes = 0;
  const probeWrite = async () => void (writes += 1);
  const ready = readinessOf([store("a", { probeWrite })]);
  await ready({ writes: false });
  expect(writes).toBe(0);
  await Promise.all(Array.from({ length: 50 }, () => ready({ writes: true })));
  expect(writes).toBe(1);
  await pause(600);
  await ready({ writes: true });
  expect(writes).toBe(2);
});
