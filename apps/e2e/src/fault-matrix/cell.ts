import { setTimeout as pause } from "node:timers/promises";
import { startLoad } from "./load.ts";
import { countLosses } from "./losses.ts";
import { type FaultSystem, startFaultSystem, type SystemOptions } from "./system.ts";

/** Something that goes wrong with one part of the service. */
export interface Fault {
  readonly part: "Redis" | "Postgres" | "API" | "worker" | "none";
  readonly name: string;
  readonly options?: SystemOptions;
  /** Whether sessions that nobody ended may be lost: their users log in again. */
  readonly losesSessions?: true;
  begin(system: FaultSystem): Promise<unknown>;
  /** Default: the fault has no end, and the service gets over it. */
  end?(system: FaultSystem): Promise<unknown>;
  /** Removes what the fault needed, after the service has ended. */
  close?(): unknown;
}

/** What one fault did, under load on every route. */
export interface Cell {
  readonly fault: Fault;
  /** How often each status came. 0: no answer. */
  readonly statuses: Readonly<Record<number, number>>;
  /** From the beginning of the fault until a request was refused. `undefined`: none was. */
  readonly firstFailureMs: number | undefined;
  /** From the end of the fault until an account went through every route. `undefined`: not yet. */
  readonly healedMs: number | undefined;
  readonly lost: readonly string[];
  readonly lostEvents: number;
  readonly lostSessions: number;
  readonly wrongIdentities: number;
  readonly zombies: number;
  readonly unexpected: readonly string[];
}

interface Times {
  readonly calmMs: number;
  readonly faultMs: number;
  /** How long it may take to heal. */
  readonly patienceMs: number;
}

export const TIMES: Times = { calmMs: 2_000, faultMs: 6_000, patienceMs: 60_000 };

/** Starts a service, lets one fault happen under load, and counts what it did. */
export async function runCell(fault: Fault, times: Times = TIMES): Promise<Cell> {
  const system = await startFaultSystem(fault.options);
  const load = await startLoad(system.origin);
  try {
    await pause(times.calmMs);
    const begun = performance.now();
    await fault.begin(system);
    if (fault.end) {
      await pause(times.faultMs);
      await fault.end(system);
    }
    const ended = performance.now();
    const healed = () => load.seen.lives.find(({ from }) => from >= ended);
    while (!healed() && performance.now() - ended < times.patienceMs) await pause(50);
    const healedAt = healed()?.to;
    await load.stop();
    const { seen } = load;
    const losses = healedAt && (await countLosses(system, seen.accounts));
    const refusedAt = seen.refusedAt.find((at) => at >= begun);
    return {
      fault,
      statuses: Object.fromEntries(seen.statuses),
      firstFailureMs: refusedAt && Math.round(refusedAt - begun),
      healedMs: healedAt && Math.round(healedAt - ended),
      lost: losses ? losses.lost : [],
      lostEvents: losses ? losses.lostEvents : 0,
      lostSessions: seen.lostSessions,
      wrongIdentities: seen.wrongIdentities,
      zombies: seen.zombies + (losses ? losses.zombies : 0),
      unexpected: seen.unexpected,
    };
  } finally {
    await load.stop();
    await system.close();
    await fault.close?.();
  }
}

/** Returns what no fault may do, in words. Nothing: the cell is as it must be. */
export function violationsOf(cell: Cell): string[] {
  const { fault, healedMs, lost, lostEvents, lostSessions, wrongIdentities, zombies } = cell;
  return [
    ...(healedMs === undefined ? ["has not healed"] : []),
    ...lost.map((what) => `lost: ${what}`),
    ...(lostEvents ? [`${lostEvents} events lost`] : []),
    ...(lostSessions && !fault.losesSessions ? [`${lostSessions} sessions lost`] : []),
    ...(wrongIdentities ? [`${wrongIdentities} wrong identities`] : []),
    ...(zombies ? [`${zombies} zombie sessions`] : []),
    ...cell.unexpected,
  ];
}
