import { expect, it } from "vitest";
import { checksDuringRestarts } from "./rolling-restarts.ts";

// The large form of a test in proxies.test.ts.

it.each([
  { what: "500 requests a second", count: 60_000, perSecond: 500, restarts: 20 },
  { what: "as many as there can be", count: 100_000, perSecond: Infinity, restarts: 2 },
])("of $what, on kept connections, no rolling restart fails one", async (given) => {
  const seen = await checksDuringRestarts(given.count, given.perSecond);
  console.log("rolling restarts", seen);
  expect(seen.restarts).toBeGreaterThanOrEqual(given.restarts);
  expect(Object.keys(seen.statuses).toSorted()).toEqual(["200", "401"]);
});
