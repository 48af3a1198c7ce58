import { once } from "node:events";
import { connect } from "node:net";
import { freePort, startWorkerd, testServers } from "@postern/test-servers";
import { describe, expect, it } from "vitest";
import { liveThrough } from "./account-life.ts";
import { startEventService } from "./event-service.ts";
import { EDGE } from "./modes.ts";

/** Sends these bytes, and returns the status of the answer. */
async function statusOf(origin: string, bytes: string): Promise<number> {
  const socket = connect(Number(new URL(origin).port), "127.0.0.1");
  socket.write(bytes);
  const [answer] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  return Number(/^HTTP\/1\.[01] (\d+)/.exec(answer.toString())?.[1]);
}

/** Opens the log-in page and sends it, as a browser does. Returns both statuses. */
async function pagesOf(origin: string): Promise<number[]> {
  const url = `${origin}/login`;
  const shown = await fetch(url, { headers: { accept: "text/html" } });
  expect(await shown.text()).toContain("<form");
  const body = new URLSearchParams({ email: "nobody@example.com", password: "wrong" });
  const sent = await fetch(url, { method: "POST", body });
  expect(await sent.text()).toContain("<form");
  return [shown.status, sent.status];
}

/** Every answer is compared with the service's description. The course runs here too: modes.ts. */
describe.skipIf(!testServers().redisUrl)("an account lives, with the API", () => {
  it.each(["bun", "deno"] as const)(
    "on %s",
    async (runtime) => {
      const service = await startEventService({
        runtime,
        environment: { POLICY: "strict", BCRYPT_COST: "10" },
      });
      await service.startWorker();
      expect(await liveThrough(service)).toContain("@");
      expect(await pagesOf(service.api.origin)).toEqual([200, 422]);
      const status = (request: string) => statusOf(service.api.origin, `${request}\r\n\r\n`);
      expect(await status("GET /health/live HTTP/1.0")).toBe(200);
      expect(await status("GET /profile HTTP/1.1\r\nHost: a b\r\nConnection: close")).toBe(400);
      expect(await service.api.end("SIGTERM")).toBe(0);
      await service.close();
    },
    60_000,
  );

  it("on workerd, with a hasher on Node", async () => {
    const [HASHER_PORT, HASHER_SECRET] = [String(await freePort()), "x".repeat(40)];
    const service = await startEventService({
      environment: { POLICY: "strict", BCRYPT_COST: "10", HASHER_PORT, HASHER_SECRET },
    });
    await service.startWorker();
    const edge = await startWorkerd(EDGE, {
      ...service.environment,
      HASHER_URL: `http://127.0.0.1:${HASHER_PORT}/`,
    });
    expect(await liveThrough(service, edge.origin)).toContain("@");
    expect(await pagesOf(edge.origin)).toEqual([200, 422]);
    expect(edge.bytes).toBeLessThan(2 * 1_048_576);
    await edge.stop();
    await service.close();
  }, 60_000);
});
