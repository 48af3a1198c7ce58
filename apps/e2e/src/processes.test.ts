import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiProcess, exitOf, launchApi, startApi } from "./api-process.ts";
import { fullStores, type Stores } from "./stores.ts";

const PATIENCE = { timeout: 20_000 };

describe.skipIf(!testServers().redisUrl)("several processes on one port", () => {
  let stores: Stores;
  let api: ApiProcess;
  beforeAll(async () => {
    stores = await fullStores();
    api = await startApi({ ...stores.environment, WEB_CONCURRENCY: "3", BCRYPT_COST: "4" });
  });
  afterAll(async () => {
    await api?.end();
    await stores?.close();
  });

  /** The process ids of those that the supervisor has started. */
  const children = async () => {
    const { pid = 0 } = api.child;
    const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return listed.trim().split(" ").map(Number);
  };

  /** Asks on kept connections until it is told to stop, and counts the statuses. 0: no answer. */
  function traffic() {
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    const statuses = new Map<number, number>();
    const over = new AbortController();
    const ask = () =>
      new Promise<number>((resolve) => {
        const sending = request(`${api.origin}/profile`, { agent }, (response) => {
          response.resume();
          response.once("end", () => resolve(response.statusCode ?? 0));
        });
        sending.once("error", () => resolve(0));
        sending.end();
      });
    const caller = async () => {
      while (!over.signal.aborted) {
        const status = await ask();
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    const calling = Promise.all(Array.from({ length: 8 }, caller));
    return async () => {
      over.abort();
      await calling;
      agent.destroy();
      return statuses;
    };
  }

  it("say once where they listen", () => {
    expect(api.output.filter((line) => line.includes("listens on"))).toHaveLength(1);
  });

  it.runIf(process.platform === "linux")("are replaced when one is killed", async () => {
    const before = await children();
    expect(before).toHaveLength(3);
    process.kill(before[0] ?? 0, "SIGKILL");
    const others = async () => (await children()).filter((pid) => !before.includes(pid)).length;
    await expect.poll(others, PATIENCE).toBe(1);
    await expect.poll(async () => (await children()).length, PATIENCE).toBe(3);
    expect(api.output.join("\n")).toContain("a process ended, and is replaced");
  });

  it.runIf(process.platform === "linux")(
    "are all replaced on SIGHUP, and no request fails",
    async () => {
      const before = await children();
      const stop = traffic();
      api.child.kill("SIGHUP");
      await expect
        .poll(
          () => api.output.some((line) => line.includes("every process was replaced")),
          PATIENCE,
        )
        .toBe(true);
      const statuses = await stop();
      expect([...statuses.keys()]).toEqual([403]);
      expect(statuses.get(403)).toBeGreaterThan(100);
      const after = await children();
      expect(after).toHaveLength(3);
      expect(after.filter((pid) => before.includes(pid))).toEqual([]);
    },
    60_000,
  );

  it("end together on SIGTERM, with exit code 0", async () => {
    const other = await startApi({ ...stores.environment, WEB_CONCURRENCY: "2" });
    expect(await other.end("SIGTERM")).toBe(0);
    await expect(fetch(other.origin)).rejects.toThrow();
  });

  it("end soon when they are stopped in the middle of being replaced", async () => {
    const other = await startApi({ ...stores.environment, WEB_CONCURRENCY: "2" });
    other.child.kill("SIGHUP");
    await new Promise((resolve) => setTimeout(resolve, 300)); // a process is starting
    const startedMs = performance.now();
    expect(await other.end("SIGTERM")).toBe(0);
    expect(performance.now() - startedMs).toBeLessThan(20_000); // a process that is killed takes 40
  }, 60_000);

  it("that cannot listen end with the reason, and so does their supervisor", async () => {
    const { port } = new URL(api.origin);
    const other = launchApi({ ...stores.environment, WEB_CONCURRENCY: "2", PORT: port });
    expect(await exitOf(other.child)).toBe(1);
    expect(other.output.join("\n")).toContain("cannot listen on");
  });
});
