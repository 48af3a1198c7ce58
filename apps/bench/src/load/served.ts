import { cpuMs } from "../machine.ts";
import type { RunningSystem } from "../system.ts";
import { closedLoop } from "./closed-loop.ts";

/** The result of a closed loop on one system. */
export interface Served {
  readonly perSecond: number;
  /** CPU of the server, all threads together, for each request. */
  readonly cpuMicroseconds: number;
  readonly p99: number;
}

export const NOT_SERVED: Served = {
  perSecond: Number.NaN,
  cpuMicroseconds: Number.NaN,
  p99: Number.NaN,
};

interface Load {
  readonly connections: number;
  readonly seconds: number;
  /** The bytes of the n-th request. */
  readonly request: (n: number) => Buffer | undefined;
}

/** Measures how much a system can serve. Throws if a request was refused or had no answer. */
export async function served(
  { system, port, pid }: RunningSystem,
  { connections, seconds, request }: Load,
): Promise<Served> {
  const [before, startedAt] = [cpuMs(pid), performance.now()];
  const { perSecond, statuses, latency } = await closedLoop({
    port,
    connections,
    durationMs: seconds * 1000,
    request: (n) => request(n) ?? Buffer.alloc(0),
  });
  const answered = (perSecond * (performance.now() - startedAt)) / 1000;
  if (Object.keys(statuses).some((status) => Number(status) >= 300 || status === "0"))
    throw new Error(`${system.name} answers ${JSON.stringify(statuses)}`);
  const cpuMicroseconds = ((cpuMs(pid) - before) * 1000) / answered;
  return { perSecond, cpuMicroseconds, p99: latency.p99 };
}
