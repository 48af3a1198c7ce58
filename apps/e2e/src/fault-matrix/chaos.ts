import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import type { Fault } from "./cell.ts";
import { startLoad } from "./load.ts";
import { countLosses } from "./losses.ts";
import { POSTGRES_FAULTS } from "./postgres-faults.ts";
import { PROCESS_FAULTS } from "./process-faults.ts";
import { REDIS_FAULTS } from "./redis-faults.ts";
import { type FaultSystem, startFaultSystem } from "./system.ts";

/** What an API process that nobody killed uses. */
interface Usage {
  readonly minute: number;
  readonly memoryMb: number;
  readonly descriptors: number;
}

/** Faults that need no stores of their own, in turn. */
const FAULTS = [...REDIS_FAULTS, ...POSTGRES_FAULTS, ...PROCESS_FAULTS].filter(
  ({ options }) => options === undefined,
);
const [SHORTEST_MS, LONGEST_MS] = [2_000, 8_000];
const [SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS] = [8_000, 12_000];
const HEALED_WITHIN_MS = 60_000;

const between = (least: number, most: number) => least + Math.random() * (most - least);

/** Lets one fault after the other happen to one service under load, for this time. */
export async function runChaos(forMs: number, onFault: (line: string) => void) {
  const system = await startFaultSystem();
  const load = await startLoad(system.origin);
  const { seen } = load;
  const startedAt = performance.now();
  const elapsedMs = () => performance.now() - startedAt;
  const healedMs: number[] = [];
  const usage: Usage[] = [];
  const counts = new Map<string, number>();
  try {
    for (let n = 0; elapsedMs() < forMs; n += 1) {
      const fault = FAULTS[n % FAULTS.length] as Fault;
      const name = `${fault.part}: ${fault.name}`;
      counts.set(name, (counts.get(name) ?? 0) + 1);
      await fault.begin(system);
      if (fault.end) {
        await pause(between(SHORTEST_MS, LONGEST_MS));
        await fault.end(system);
      }
      const ended = performance.now();
      const healed = () => seen.lives.find(({ from }) => from >= ended);
      while (!healed() && performance.now() - ended < HEALED_WITHIN_MS) await pause(50);
      const life = healed();
      if (!life) throw new Error(`${name}: has not healed`);
      healedMs.push(life.to - ended);
      onFault(`${Math.round(elapsedMs() / 1000)} s ${name}: healed ${Math.round(life.to - ended)}`);
      usage.push({ minute: Math.round(elapsedMs() / 60_000), ...usageOf(system) });
      await pause(Math.max(1, between(SHORTEST_PAUSE_MS, LONGEST_PAUSE_MS) - (life.to - ended)));
    }
    await load.stop();
    const losses = await countLosses(system, seen.accounts);
    const everySeen = { ...seen, zombies: seen.zombies + losses.zombies };
    return {
      counts,
      healedMs,
      usage,
      ...everySeen,
      lost: losses.lost,
      lostEvents: losses.lostEvents,
    };
  } finally {
    await load.stop();
    await system.close();
  }
}

/** The second API process is never killed. */
function usageOf({ apis }: FaultSystem) {
  const pid = apis[1]?.child.pid;
  const [, pages] = readFileSync(`/proc/${pid}/statm`, "utf8").split(" ");
  return {
    memoryMb: Math.round((Number(pages) * 4096) / 1024 / 1024),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  };
}
