import { connect } from "node:net";
import { coursePolicy } from "@postern/domain";
import { createApp, SECURITY_HEADERS, securityHeaders } from "@postern/http";
import { memoryPorts } from "@postern/domain/memory";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startServer } from "./server.ts";

const HSTS = { "strict-transport-security": "max-age=63072000; includeSubDomains" };
const SECURE = { ...coursePolicy, cookie: { ...coursePolicy.cookie, secure: true } };

describe("the server", () => {
  let server: RunningServer;
  beforeAll(async () => {
    const { fetch } = createApp({ ports: { ...memoryPorts(), policy: SECURE } });
    server = await startServer({
      fetch,
      host: "127.0.0.1",
      port: 0,
      headers: securityHeaders(SECURE),
    });
  });
  afterAll(() => server.stop({ noticeMs: 0 }));

  /** Sends these bytes, and returns the answer until the connection ends or `until` is in it. */
  const send = (bytes: string, until = "never") =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(server.port, "127.0.0.1", () => socket.write(bytes));
      let answer = "";
      socket.setEncoding("latin1").on("data", (text: string) => {
        answer += text;
        if (answer.includes(until)) socket.destroy();
      });
      socket.on("error", reject);
      socket.on("close", () => resolve(answer));
    });

  it.each([
    ["nonsense", "nonsense\r\n\r\n", 400],
    ["headers over 16 KiB", `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    [
      "two lengths",
      "POST /users HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
      400,
    ],
    [
      "a length and chunks",
      "POST /users HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      400,
    ],
    ["no host", "GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400],
    ["two hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: b\r\n\r\n", 400],
    ["the same host twice", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400],
    ["two hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400],
    ["a bad host", "GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n", 400],
    [
      "an unknown expectation",
      "GET / HTTP/1.1\r\nHost: a\r\nExpect: x\r\nConnection: close\r\n\r\n",
      417,
    ],
    ["OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 400],
  ])("answers %s with the headers that every answer has", async (_, bytes, status) => {
    const answer = await send(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toMatch(/"message":"/);
    for (const [header, value] of Object.entries({ ...SECURITY_HEADERS, ...HSTS })) {
      expect(answer).toContain(`${header}: ${value}`);
    }
  });

  it("closes a connection that it gave up, so that a client who keeps its half delays no stop", async () => {
    const { fetch } = createApp({ ports: memoryPorts() });
    const own = await startServer({ fetch, host: "127.0.0.1", port: 0 });
    const socket = connect({ port: own.port, host: "127.0.0.1", allowHalfOpen: true });
    socket.on("error", () => undefined);
    socket.write("nonsense\r\n\r\n");
    socket.resume();
    await new Promise((resolve) => socket.once("end", resolve));
    const stopped = own.stop({ noticeMs: 0 }).then(() => "stopped");
    const late = new Promise((resolve) => setTimeout(() => resolve("late"), 3_000));
    expect(await Promise.race([stopped, late])).toBe("stopped");
    socket.destroy();
    await stopped;
  });

  it("does not wait for a connection that has sent nothing, or half a request", async () => {
    const { fetch } = createApp({ ports: memoryPorts() });
    const own = await startServer({ fetch, host: "127.0.0.1", port: 0 });
    const sockets = ["", "GET / HTTP/1.1\r\nHost: a\r\n"].map((bytes) => {
      const socket = connect({ port: own.port, host: "127.0.0.1" });
      socket.on("error", () => undefined).write(bytes);
      return socket;
    });
    await Promise.all(sockets.map((socket) => new Promise((done) => socket.once("connect", done))));
    const stopped = own.stop({ noticeMs: 0 }).then(() => "stopped");
    const late = new Promise((resolve) => setTimeout(() => resolve("late"), 4_000));
    expect(await Promise.race([stopped, late])).toBe("stopped");
    await stopped;
  });

  it("refuses a body over 16 KiB before it has come, by its length and by its chunks", async () => {
    const head =
      "POST /users HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    const announced = await send(`${head}Content-Length: 1000000\r\n\r\nx=`, "\r\n\r\n");
    expect(announced).toContain("413 ");
    const chunk = `4000\r\n${"x".repeat(0x4000)}\r\n`;
    const chunked = await send(
      `${head}Transfer-Encoding: chunked\r\n\r\n${chunk}${chunk}`,
      "\r\n\r\n",
    );
    expect(chunked).toContain("413 ");
  });

  it.each(["HEAD", "GET"])(
    "serves %s in HTTP/1.0 without a host, as health checks",
    async (method) => {
      expect(await send(`${method} /health/ready HTTP/1.0\r\n\r\n`)).toMatch(/^HTTP\/1.1 200 /);
    },
  );

  it.each(["//users/", "//users", "/%2fusers", "/USERS", "/users%00"])(
    "knows no resource %s",
    async (path) => {
      const answer = await send(`POST ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
      expect(answer).toContain("404 ");
    },
  );
});
