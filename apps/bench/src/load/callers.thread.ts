import { setTimeout as pause } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { CallersOptions, CallersResult } from "./callers.ts";
import { type Connection, openConnection, type Reply } from "./connection.ts";
import { latencyRecorder, type LatencyRecorder } from "./latency.ts";

const { port, callers, networks, settlesMs, durationMs, requests } = workerData as CallersOptions;

/** The address from which a caller connects. All of 127/8 belong to this machine. */
const addressOf = (caller: number) =>
  networks === "one" ? "127.0.0.2" : `127.1.${Math.floor(caller / 250)}.${1 + (caller % 250)}`;

const CONNECTIONS_PER_MS = 1;
const byStatus = new Map<number, LatencyRecorder>();
const startedAt = performance.now();

const countsFrom = startedAt + settlesMs;
const endsAt = countsFrom + durationMs;
const hasTimeLeft = () => performance.now() < endsAt;

/** Sends one request. Returns whether the connection takes another one. */
async function ask(connection: Connection, n: number): Promise<boolean> {
  const sentAt = performance.now();
  const request = Buffer.from(requests[n % requests.length] ?? "");
  const reply = await new Promise<Reply | undefined>((resolve) =>
    connection.send(request, resolve),
  );
  const status = reply?.status ?? 0;
  const isCounted = performance.now() > countsFrom && hasTimeLeft();
  let recorder = byStatus.get(status);
  if (!recorder) byStatus.set(status, (recorder = latencyRecorder()));
  if (isCounted) recorder.record(performance.now() - sentAt);
  return reply !== undefined && !/\r\nconnection: *close/i.test(reply.head);
}

async function call(caller: number): Promise<void> {
  let n = caller;
  // If all callers connected at once, they would measure only the kernel's queue of connections.
  await pause(caller / CONNECTIONS_PER_MS);
  while (hasTimeLeft()) {
    const connection = await openConnection(port, addressOf(caller));
    while (hasTimeLeft() && (await ask(connection, n++)));
    connection.close();
  }
}

await Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)));
const result: CallersResult = {
  byStatus: Object.fromEntries(
    [...byStatus].map(([status, recorder]) => [status, recorder.result()]),
  ),
};
parentPort?.postMessage(result);
