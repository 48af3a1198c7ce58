import { type Connection, openConnection } from "./connection.ts";
import { type Latency, latencyRecorder } from "./latency.ts";

export interface ClosedLoopOptions {
  readonly port: number;
  readonly connections: number;
  readonly durationMs: number;
  /** The bytes of the n-th request. */
  readonly request: (n: number) => Buffer;
}

export interface ClosedLoopResult {
  readonly perSecond: number;
  readonly latency: Latency;
  /** Answers by status. 0: no answer. */
  readonly statuses: Readonly<Record<number, number>>;
}

/**
 * Sends as much as the server takes: each connection sends its next request after the last answer.
 * For throughput. Its latencies leave out the requests that could not be sent while the server
 * stood still.
 */
export async function closedLoop({
  port,
  connections,
  durationMs,
  request,
}: ClosedLoopOptions): Promise<ClosedLoopResult> {
  const open = await Promise.all(Array.from({ length: connections }, () => openConnection(port)));
  const latency = latencyRecorder();
  const statuses: Record<number, number> = {};
  let next = 0;
  let answered = 0;
  const startedAt = performance.now();
  const endsAt = startedAt + durationMs;
  await Promise.all(
    open.map(
      (connection) =>
        new Promise<void>((resolve) => {
          const again = () => {
            const sentAt = performance.now();
            if (sentAt >= endsAt) return resolve();
            connection.send(request(next++), (reply) => {
              const status = reply?.status ?? 0;
              statuses[status] = (statuses[status] ?? 0) + 1;
              if (!reply) return resolve();
              answered += 1;
              latency.record(performance.now() - sentAt);
              again();
            });
          };
          again();
        }),
    ),
  );
  const tookMs = performance.now() - startedAt;
  for (const connection of open) connection.close();
  return { perSecond: (answered / tookMs) * 1000, latency: latency.result(), statuses };
}

/** Sends these one after the other on a few connections, and returns the answers in order. */
export async function sendAll<Value>(
  port: number,
  requests: readonly Buffer[],
  read: (reply: { status: number; head: string; body: string }) => Value,
  connections = 8,
): Promise<Value[]> {
  const answers: Value[] = [];
  let next = 0;
  const work = async (connection: Connection) => {
    for (let n = next++; n < requests.length; n = next++) {
      const request = requests[n] as Buffer;
      answers[n] = await new Promise<Value>((resolve, reject) =>
        connection.send(request, (reply) => {
          if (reply) resolve(read(reply));
          else reject(new Error("the server broke the connection"));
        }),
      );
    }
    connection.close();
  };
  const open = await Promise.all(Array.from({ length: connections }, () => openConnection(port)));
  await Promise.all(open.map(work));
  return answers;
}
