import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { startServer } from "./server.ts";

const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`;
const post = (path: string, body: string) =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** A server that counts how many requests it handles at once. */
async function opened({ idleMs = 60_000, size = 10 } = {}) {
  const state = { running: 0, most: 0, served: [] as string[], written: 0 };
  const server = await startServer({
    host: "127.0.0.1",
    port: 0,
    idleMs,
    async fetch(request) {
      state.running += 1;
      state.most = Math.max(state.most, state.running);
      const body = await request.text();
      await pause(1);
      state.running -= 1;
      state.served.push(new URL(request.url).pathname + body);
      state.written += size;
      return new Response("x".repeat(size));
    },
  });
  const socket = connect(server.port, "127.0.0.1");
  socket.on("error", () => undefined);
  const close = async () => {
    socket.destroy();
    await server.stop({ noticeMs: 0 });
  };
  return { server, socket, state, close };
}

it("answers pipelined requests one at a time, in order, with their bodies", async () => {
  const { socket, state, close } = await opened();
  const paths = Array.from({ length: 50 }, (_, index) => `/${index}`);
  const requests = paths.map((path, index) => (index % 2 ? get(path) : post(path, "!".repeat(99))));
  let answers = "";
  socket.setEncoding("latin1").on("data", (text: string) => (answers += text));
  for (const request of requests) socket.write(request);
  await expect.poll(() => answers.split("HTTP/1.1 200").length - 1).toBe(50);
  expect(state.most).toBe(1);
  expect(state.served.map((one) => one.replaceAll("!", ""))).toEqual(paths);
  await close();
});

it("cuts a connection that pipelines without measure", async () => {
  const { socket, state, close } = await opened();
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => undefined).resume();
  socket.write(get("/").repeat(20_000));
  await closed;
  expect(state.most).toBe(1);
  expect(state.served.length).toBeLessThan(100);
  await close();
});

it("holds one answer, and not all, for a client that does not read, and cuts it", async () => {
  const size = 4 * 1024 * 1024;
  const { socket, state, close } = await opened({ idleMs: 300, size });
  socket.on("error", () => undefined).pause();
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write(get("/").repeat(50));
  await pause(200);
  expect(state.written).toBeLessThan(5 * size);
  await pause(1_500);
  socket.resume(); // reads what is left, and finds the connection closed
  await closed;
  expect(state.served.length).toBeLessThan(10);
  await close();
});
