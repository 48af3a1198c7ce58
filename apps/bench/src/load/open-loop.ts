import { type Connection, openConnection } from "./connection.ts";
import { type Latency, latencyRecorder, type LatencyRecorder } from "./latency.ts";

export interface OpenLoopOptions {
  readonly port: number;
  readonly perSecond: number;
  readonly durationMs: number;
  readonly request: (n: number) => Buffer;
  /** How long to wait for the last answers. */
  readonly patienceMs?: number;
}

export interface OpenLoopResult {
  /** Answers by status. 0: no answer in time. */
  readonly byStatus: Readonly<Record<number, Latency>>;
  readonly sent: number;
  /** From the first request to the last answer. */
  readonly tookMs: number;
}

const MAX_CONNECTIONS = 4_000;

/**
 * Sends requests at fixed times, even if the server does not keep up, as independent callers do. A
 * latency starts when its request was due, so a server that stands still is charged for every
 * request of that time (no coordinated omission).
 */
export async function openLoop(options: OpenLoopOptions): Promise<OpenLoopResult> {
  const { port, perSecond, durationMs, request, patienceMs = 10_000 } = options;
  const idle: Connection[] = await Promise.all(
    Array.from({ length: 16 }, () => openConnection(port)),
  );
  const all = new Set(idle);
  const due: number[] = [];
  const byStatus = new Map<number, LatencyRecorder>();
  const total = Math.floor((durationMs / 1000) * perSecond);
  let [sent, answered, opening] = [0, 0, 0];

  const count = (status: number, dueAt: number) => {
    let recorder = byStatus.get(status);
    if (!recorder) byStatus.set(status, (recorder = latencyRecorder()));
    recorder.record(performance.now() - dueAt);
    answered += 1;
  };
  const send = (connection: Connection, dueAt: number) => {
    connection.send(request(sent++), (reply) => {
      count(reply?.status ?? 0, dueAt);
      const next = due.shift();
      if (!reply) all.delete(connection);
      else if (next === undefined) idle.push(connection);
      else send(connection, next);
    });
  };
  const open = async () => {
    opening += 1;
    try {
      const connection = await openConnection(port);
      all.add(connection);
      const next = due.shift();
      if (next === undefined) idle.push(connection);
      else send(connection, next);
    } catch {
      count(0, due.shift() ?? performance.now()); // not even connected
    } finally {
      opening -= 1;
    }
  };

  const startedAt = performance.now();
  let scheduled = 0;
  await new Promise<void>((resolve) => {
    const tick = setInterval(() => {
      const now = performance.now();
      while (scheduled < total && startedAt + (scheduled / perSecond) * 1000 <= now) {
        const dueAt = startedAt + (scheduled++ / perSecond) * 1000;
        const connection = idle.pop();
        if (connection) send(connection, dueAt);
        else {
          due.push(dueAt);
          if (all.size + opening < MAX_CONNECTIONS) void open();
        }
      }
      const isOver = answered >= total || now > startedAt + durationMs + patienceMs;
      if (!isOver) return;
      clearInterval(tick);
      resolve();
    }, 1);
  });
  const tookMs = performance.now() - startedAt;
  const unanswered = total - answered;
  for (let n = 0; n < unanswered; n += 1) count(0, startedAt);
  for (const connection of all) connection.close();
  return {
    sent: total,
    tookMs,
    byStatus: Object.fromEntries([...byStatus].map(([status, { result }]) => [status, result()])),
  };
}
