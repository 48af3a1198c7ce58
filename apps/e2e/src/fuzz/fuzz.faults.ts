import { readFileSync } from "node:fs";
import { testServers } from "@postern/test-servers";
import { expect, it } from "vitest";
import { OPEN, startEventService } from "../event-service.ts";
import { fuzz } from "./fuzz.ts";

/** `REQUESTS` overrides the number of requests. */
const REQUESTS = Number(process.env["REQUESTS"] ?? 1_000_000);
const LANES = 8;
const PARTS = 10;
const MAX_GROWTH = 1.5;
const PAGE_BYTES = 4_096;

/** Returns the resident memory of a process in MB. */
function residentMb(pid: number | undefined): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
  return Math.round((pages * PAGE_BYTES) / 1e6);
}

it("a million fuzzed requests meet no 500, no other answer than described, and no leak", async () => {
  expect(testServers().redisUrl).not.toBe("");
  const service = await startEventService({ environment: { ...OPEN, LOG_LEVEL: "fatal" } });
  const { child, origin } = service.api;
  const byStatus: Record<string, number> = {};
  const memory: number[] = [];
  for (let part = 0; part < PARTS; part += 1) {
    const seeds = Array.from({ length: LANES }, (_, lane) => 1_000 + part * LANES + lane);
    const requests = Math.ceil(REQUESTS / PARTS / LANES);
    const lanes = await Promise.all(seeds.map((seed) => fuzz({ origin, seed, requests })));
    expect(lanes.flatMap(({ findings }) => findings)).toEqual([]);
    for (const lane of lanes)
      for (const [status, count] of Object.entries(lane.byStatus))
        byStatus[status] = (byStatus[status] ?? 0) + count;
    memory.push(residentMb(child.pid));
  }
  console.log("fuzz", { requests: REQUESTS, byStatus, residentMb: memory });
  expect(Math.max(...memory)).toBeLessThan(MAX_GROWTH * (memory[0] ?? 0));
  await service.close();
});
