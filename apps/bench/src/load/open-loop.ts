import { type Connection, openConnection } from "./connection.ts";
import { type Latency, latencyRecorder, type LatencyRecorder } from "./latency.ts";

export interface OpenLoopOptions {
  readonly port: number;
  readonly perSecond: number;
  readonly durationMs: number;
  readonly request: (n: number) => Buffer;
  /** Time to wait for responses after the last request was due. */
  readonly drainMs?: number;
}

export interface OpenLoopResult {
  /** Latencies by status. 0: no response in time, or no connection. */
  readonly byStatus: Readonly<Record<number, Latency>>;
  /** The number of requests that were due. */
  readonly sent: number;
  /** Time from the first request to the last response or the time limit. */
  readonly tookMs: number;
}

const MAX_CONNECTIONS = 4_000;

/**
 * Sends requests at fixed times even if the server is slow, because independent callers do not wait
 * for each other. Measures each latency from the time at which its request was due, so a server
 * that stalls is measured by every request of that time (no coordinated omission).
 */
export async function openLoop(options: OpenLoopOptions): Promise<OpenLoopResult> {
  const { port, perSecond, durationMs, request, drainMs = 10_000 } = options;
  const idle: Connection[] = await Promise.all(
    Array.from({ length: 16 }, () => openConnection(port)),
  );
  const all = new Set(idle);
  const waitingDueAt: number[] = [];
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
      if (!reply) {
        all.delete(connection);
        return;
      }
      const next = waitingDueAt.shift();
      if (next === undefined) idle.push(connection);
      else send(connection, next);
    });
  };
  const open = async () => {
    opening += 1;
    try {
      const connection = await openConnection(port);
      all.add(connection);
      const next = waitingDueAt.shift();
      if (next === undefined) idle.push(connection);
      else send(connection, next);
    } catch {
      count(0, waitingDueAt.shift() ?? performance.now()); // the connection failed
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
          waitingDueAt.push(dueAt);
          if (all.size + opening < MAX_CONNECTIONS) void open();
        }
      }
      const isDone = answered >= total || now > startedAt + durationMs + drainMs;
      if (!isDone) return;
      clearInterval(tick);
      resolve();
    }, 1);
  });
  const tookMs = performance.now() - startedAt;
  const unanswered = total - answered;
  // Their latency is unknown, so they count as having waited for the whole run.
  for (let n = 0; n < unanswered; n += 1) count(0, startedAt);
  for (const connection of all) connection.close();
  return {
    sent: total,
    tookMs,
    byStatus: Object.fromEntries([...byStatus].map(([status, { result }]) => [status, result()])),
  };
}
