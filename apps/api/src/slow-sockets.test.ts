import { connect, type Socket } from "node:net";
import { memoryPorts } from "@postern/domain/memory";
import { createApp } from "@postern/http";
import { expect, it } from "vitest";
import { startServer } from "./server.ts";

const PATIENCE = { timeout: 25_000, interval: 100 };
const EVERY_MS = 500;

/** Sends `start`, and then one byte of an endless request every half a second. */
function slowSocket(port: number, start: string) {
  const socket: Socket = connect(port, "127.0.0.1", () => socket.write(start));
  let answer = "";
  socket.setEncoding("latin1").on("data", (text: string) => (answer += text));
  socket.on("error", () => undefined);
  const sending = setInterval(() => socket.write("x"), EVERY_MS);
  socket.once("close", () => clearInterval(sending));
  return { socket, answer: () => answer };
}

const HEADERS = "POST /users HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n";

it("a request that arrives slowly is cut with 408, and others are served meanwhile", async () => {
  const { fetch: serve } = createApp({ ports: memoryPorts() });
  const server = await startServer({ fetch: serve, host: "127.0.0.1", port: 0 });
  const starts = ["GET /", "POST /us", `${HEADERS}X: `, `${HEADERS}\r\n`];
  const slow = Array.from({ length: 400 }, (_, index) =>
    slowSocket(server.port, starts[index % starts.length] ?? ""),
  );
  const startedAt = performance.now();
  while (performance.now() - startedAt < 3_000) {
    const response = await fetch(`http://127.0.0.1:${server.port}/health/live`);
    expect(response.status).toBe(200);
  }
  const open = () => slow.filter(({ socket }) => !socket.closed).length;
  await expect.poll(open, PATIENCE).toBe(0);
  const statuses = new Set(slow.map(({ answer }) => answer().slice(0, 13)));
  expect([...statuses]).toEqual(["HTTP/1.1 408 "]);
  await server.stop({ noticeMs: 0 });
}, 40_000);

it("more connections than the limit are refused, and the others stay", async () => {
  const { fetch: serve } = createApp({ ports: memoryPorts() });
  const options = { fetch: serve, host: "127.0.0.1", port: 0, maxConnections: 20 };
  const server = await startServer(options);
  const sockets = Array.from({ length: 30 }, () => slowSocket(server.port, "GET /health/live H"));
  const closed = () => sockets.filter(({ socket }) => socket.closed).length;
  await expect.poll(closed, PATIENCE).toBe(10);
  for (const { socket } of sockets) socket.destroy();
  await expect
    .poll(async () => {
      const url = `http://127.0.0.1:${server.port}/health/live`;
      return await fetch(url).then(
        ({ status }) => status,
        () => 0,
      );
    }, PATIENCE)
    .toBe(200);
  await server.stop({ noticeMs: 0 });
});
