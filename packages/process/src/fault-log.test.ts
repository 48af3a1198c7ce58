import { pino } from "pino";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { faultLog } from "./fault-log.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A log, and the lines that were written to it. */
function aLog() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  return { log: pino({}, { write }), lines };
}

it("logs a fault at once, and its repetitions as one number a second", () => {
  const { log, lines } = aLog();
  const faults = faultLog(log);
  const fail = (cause: string) =>
    faults.warn("unavailable", new Error("Redis is down", { cause: new Error(cause) }), { n: 1 });
  for (let n = 0; n < 10_000; n += 1) fail("refused");
  fail("timed out"); // another kind
  expect(lines.map(({ times }) => times)).toEqual([undefined, undefined]);
  expect(lines[0]).toMatchObject({ n: 1, msg: "unavailable", error: { message: "Redis is down" } });
  vi.advanceTimersByTime(1_000);
  expect(lines.slice(2)).toMatchObject([
    { times: 9_999, errors: ["Redis is down", "refused"], msg: "unavailable" },
  ]);
  fail("refused");
  vi.advanceTimersByTime(1_000);
  expect(lines.at(-1)).toMatchObject({ times: 1 });
  vi.advanceTimersByTime(5_000);
  expect(lines).toHaveLength(4); // nothing to say
  fail("refused");
  expect(lines.at(-1)?.["error"]).toBeDefined(); // a new fault is whole again
});

it("keeps at most a hundred kinds apart, and loses none", () => {
  const { log, lines } = aLog();
  const faults = faultLog(log);
  for (let n = 0; n < 1_000; n += 1) faults.error("handler failed", new Error(`row ${n}`));
  vi.advanceTimersByTime(1_000);
  const counted = lines.filter(({ times }) => typeof times === "number");
  const total = counted.reduce((sum, { times }) => sum + Number(times), 0);
  expect([lines.length < 110, lines.length - counted.length + total]).toEqual([true, 1_000]);
});
