import { connect } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import type { SlowSocketsOptions } from "./slow-sockets.ts";

const { port, count } = workerData as SlowSocketsOptions;
const EVERY_MS = 1_000;
const OPENING_TAKES_MS = 4_000;
const STARTS = [
  "GET /profile HTTP/1.1\r\nHost: localhost\r\nX: ",
  "POST /users HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n",
];

let cut = 0;

function open(n: number): void {
  const socket = connect(port, "127.0.0.1", () => socket.write(STARTS[n % STARTS.length] ?? ""));
  const sending = setInterval(() => socket.writable && socket.write("x"), EVERY_MS);
  socket.on("error", () => undefined);
  socket.resume();
  socket.once("close", () => {
    clearInterval(sending);
    cut += 1;
    open(n);
  });
}

for (let n = 0; n < count; n += 1) setTimeout(() => open(n), (n / count) * OPENING_TAKES_MS);
parentPort?.on("message", () => parentPort?.postMessage(cut));
