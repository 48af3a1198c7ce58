import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { memoryPorts } from "@postern/domain/memory";
import { createApp } from "@postern/http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "./server.ts";

const FORM = "Content-Type: application/x-www-form-urlencoded";
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const post = (path: string, body: string, length = body.length) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\n${FORM}\r\nContent-Length: ${length}\r\n\r\n${body}`;
const chunk = (size: number) => `${size.toString(16)}\r\n${"x".repeat(size)}\r\n`;
const chunked = (path: string, ...chunks: string[]) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\n${FORM}\r\nTransfer-Encoding: chunked\r\n\r\n${chunks.join("")}`;
const user = (email: string) => `email=${email}%40example.com&password=x`;

describe("a connection that goes bad", () => {
  let server: RunningServer;
  const served: string[] = [];
  beforeAll(async () => {
    const app = createApp({ ports: memoryPorts() });
    server = await startServer({
      host: "127.0.0.1",
      port: 0,
      async fetch(request) {
        const response = await app.fetch(request);
        await pause(20); // so that what comes behind it has arrived
        served.push(`${request.method} ${new URL(request.url).pathname} ${response.status}`);
        return response;
      },
    });
  });
  afterAll(() => server.stop({ noticeMs: 0 }));

  /** Sends these bytes one after the other, and returns the statuses of all answers. */
  async function answersTo(parts: readonly string[], everyMs = 0, patienceMs = 1_500) {
    const socket = connect(server.port, "127.0.0.1");
    let text = "";
    socket.setEncoding("latin1").on("data", (more: string) => (text += more));
    const errors: unknown[] = [];
    socket.on("error", (error) => errors.push(error));
    const closed = new Promise((resolve) => socket.once("close", resolve));
    for (const part of parts) {
      if (socket.writable) socket.write(part);
      if (everyMs > 0) await pause(everyMs);
    }
    await Promise.race([closed, pause(patienceMs)]);
    const isClosed = socket.closed;
    socket.destroy();
    const statuses = [...text.matchAll(/HTTP\/1.1 (\d+) /g)].map(([, status]) => Number(status));
    return { statuses, text, isClosed, errors };
  }

  const BAD: readonly (readonly [string, string, number])[] = [
    ["nonsense", "X\r\n\r\n", 400],
    ["a header too long", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    ["a bad length", `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n`, 400],
    ["a bad chunk", chunked("/users", "zz\r\n"), 400],
    ["a second host", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
  ];
  it.each(BAD)("gives %s its own answer, after those that are due", async (_, bad, status) => {
    for (const parts of [[bad], [get("/health/ready") + bad], [get("/health/ready"), bad]]) {
      const { statuses, isClosed } = await answersTo(parts);
      expect(statuses).toEqual(parts[0] === bad ? [status] : [200, status]);
      expect(isClosed).toBe(true);
    }
  });

  it("answers three requests before a bad one, and nothing behind it", async () => {
    const good = [get("/health/ready"), post("/users", user("three")), get("/none")];
    const { statuses } = await answersTo([`${good.join("")}X\r\n\r\n${get("/health/ready")}`]);
    expect(statuses).toEqual([200, 200, 404, 400]);
  });

  it("tells that a registration happened, whose body is longer than it said", async () => {
    const body = user("longer");
    const { statuses, text } = await answersTo([post("/users", `${body}&more=1`, body.length)]);
    expect(statuses).toEqual([200, 400]);
    expect(text).toContain("user created");
  });

  it.each([
    ["a body in chunks that is too large", chunked("/users", chunk(100_000), "0\r\n\r\n"), 413],
    ["a body that says that it is too large", post("/users", "x".repeat(100_000)), 413],
    ["an unknown path", post("/none", "x".repeat(100_000)), 404],
    ["an unknown method", post("/health/ready", "x".repeat(100_000)), 405],
    [
      "a cross-site write",
      post("/users", "x".repeat(99)).replace(FORM, `${FORM}\r\nOrigin: https://b`),
      403,
    ],
  ])("says that it ends when it answers %s unread", async (_, bytes, status) => {
    served.length = 0;
    for (const parts of [[bytes], [bytes.slice(0, -50), bytes.slice(-50)]]) {
      const behind = [...parts, get("/health/ready")];
      const { statuses, text, isClosed } = await answersTo(behind, status === 413 ? 450 : 60);
      // A body that has come may be skipped. What is behind it is answered, or was not begun.
      const isEnded = text.toLowerCase().includes("connection: close");
      expect(isEnded || (parts.length === 1 && status !== 413)).toBe(true);
      expect(statuses).toEqual(isEnded ? [status] : [status, 200]);
      expect(isClosed).toBe(isEnded);
      const served200 = served.filter((one) => one.endsWith(" 200")).length;
      expect(served200).toBe(isEnded ? 0 : 1);
      served.length = 0;
    }
  });

  it("delivers its answer although the client goes on to send", async () => {
    for (let round = 0; round < 20; round += 1) {
      const { statuses } = await answersTo([chunked("/users", chunk(1_000_000), chunk(1_000_000))]);
      expect(statuses).toEqual([413]);
    }
  });

  it("delivers its answer to a client that sends slowly, and reads only then", async () => {
    const socket = connect(server.port, "127.0.0.1").pause();
    socket.on("error", () => undefined);
    socket.write(chunked("/users"));
    for (let sent = 0; sent < 30; sent += 1) {
      socket.write(chunk(10_000));
      await pause(80);
    }
    const [answer] = (await Promise.all([once(socket.resume(), "data"), pause(0)]))[0] as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 413 /);
    socket.destroy();
  });

  it.each([
    ["one request", [post("/users", user("half"))], [200]],
    ["HTTP/1.0", ["GET /health/ready HTTP/1.0\r\n\r\n"], [200]],
    ["two requests", [post("/users", user("half2")), get("/health/ready")], [200, 200]],
  ])("answers a client that closes its half after %s", async (_, parts, wanted) => {
    const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    let text = "";
    socket.setEncoding("latin1").on("data", (more: string) => (text += more));
    socket.end(parts.join(""));
    await once(socket, "end");
    const statuses = [...text.matchAll(/HTTP\/1.1 (\d+) /g)].map(([, status]) => Number(status));
    expect(statuses).toEqual(wanted);
  });

  it("answers what came before too many pipelined requests, and ends", async () => {
    const crowd = post("/users", user("crowd")) + get("/health/live").repeat(100);
    const { statuses, isClosed } = await answersTo([crowd], 0, 15_000);
    expect(statuses.length).toBeGreaterThan(60);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(isClosed).toBe(true);
  });

  it("keeps a connection after a refusal whose small body had come", async () => {
    const parts = [post("/none", "x=y"), post("/health/ready", "x=y"), get("/health/ready")];
    const { statuses, isClosed } = await answersTo(parts, 700);
    expect(statuses).toEqual([404, 405, 200]);
    expect(isClosed).toBe(false);
  });

  it("keeps a connection whose body was read", async () => {
    const parts = [post("/users", user("kept")), post("/sessions", user("kept")), get("/profile")];
    const { statuses, isClosed } = await answersTo(parts, 60);
    expect(statuses).toEqual([200, 200, 403]);
    expect(isClosed).toBe(false);
  });
});

it("keeps an idle connection as long as it is told to", async () => {
  const { fetch } = createApp({ ports: memoryPorts() });
  const server = await startServer({ fetch, host: "127.0.0.1", port: 0, keepAliveMs: 2_000 });
  const socket = connect(server.port, "127.0.0.1");
  const closed = once(socket, "close");
  for (const waitMs of [0, 1_800, 1_800]) {
    await pause(waitMs);
    socket.write(get("/health/live"));
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.toString()).toContain("Keep-Alive: timeout=2");
  }
  await closed;
  await server.stop({ noticeMs: 0 });
});
