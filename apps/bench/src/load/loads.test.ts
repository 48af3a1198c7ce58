import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { closedLoop, sendAll } from "./closed-loop.ts";
import { readReply, requestBytes } from "./connection.ts";
import { openLoop } from "./open-loop.ts";

describe("loads", () => {
  let server: Server;
  let port = 0;
  let standsStillUntil = 0;
  const seen: string[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      seen.push(`${request.method} ${request.url} ${request.headers.cookie ?? ""}`);
      const status = request.url === "/refused" ? 503 : 200;
      const answer = () => response.writeHead(status).end("{}");
      const forMs = standsStillUntil - performance.now();
      if (forMs > 0) setTimeout(answer, forMs);
      else answer();
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it("in a closed loop count what was answered, by status", async () => {
    const requests = ["/", "/refused"].map((path) => requestBytes("GET", path));
    const { statuses, perSecond, latency } = await closedLoop({
      port,
      connections: 2,
      durationMs: 200,
      request: (n) => requests[n % 2] as Buffer,
    });
    expect(Object.keys(statuses)).toEqual(["200", "503"]);
    expect(latency.count).toBe((statuses[200] ?? 0) + (statuses[503] ?? 0));
    expect(perSecond).toBeGreaterThan(10);
  });

  it("in an open loop charge a server that stands still for all that was due meanwhile", async () => {
    standsStillUntil = performance.now() + 300;
    const { byStatus, sent } = await openLoop({
      port,
      perSecond: 100,
      durationMs: 400,
      request: () => requestBytes("GET", "/"),
    });
    expect(sent).toBe(40);
    expect(byStatus[200]?.count).toBe(40);
    expect(byStatus[200]?.p50).toBeGreaterThan(50); // three quarters waited for up to 300 ms
  });

  it("say of what never answers that it did not", async () => {
    standsStillUntil = performance.now() + 1_500;
    const { byStatus } = await openLoop({
      port,
      perSecond: 20,
      durationMs: 200,
      drainMs: 100,
      request: () => requestBytes("GET", "/"),
    });
    expect(byStatus[0]?.count).toBe(4);
    await pause(1_300);
  });

  it("send what they are given, and give the answers in their order", async () => {
    seen.length = 0;
    const requests = ["/", "/refused", "/"].map((path) =>
      requestBytes("GET", path, { cookie: "a=b" }),
    );
    expect(await sendAll(port, requests, ({ status }) => status, 1)).toEqual([200, 503, 200]);
    expect(seen[1]).toBe("GET /refused a=b");
  });
});

describe("an answer", () => {
  it("is read when it is whole, by its length or its last chunk", () => {
    const sized = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
    expect(readReply(sized.slice(0, 20))).toBeUndefined();
    expect(readReply(`${sized}{`)).toBeUndefined();
    expect(readReply(`${sized}{}`)).toMatchObject({ status: 200, body: "{}" });
    const chunked = "HTTP/1.1 404 Not Found\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n";
    expect(readReply(chunked)).toBeUndefined();
    expect(readReply(`${chunked}0\r\n\r\n`)?.status).toBe(404);
  });
});
