import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ALL_CPUS, describeMachine, OTHER_CPUS, pin, CPUS_BESIDE_TWO_SERVERS } from "./machine.ts";
import { measureCallers } from "./measures/callers.ts";
import { measureChecks } from "./measures/checks.ts";
import { measureCrowd } from "./measures/crowd.ts";
import { measureEvents } from "./measures/events.ts";
import { measureGrowth } from "./measures/growth.ts";
import { measureHashing } from "./measures/hashing.ts";
import { measureLargeUser } from "./measures/large-user.ts";
import { measurePrimary } from "./measures/primary.ts";
import { measureProcesses } from "./measures/processes.ts";
import { measureRedis } from "./measures/redis.ts";
import { measureRegistrations } from "./measures/registration.ts";
import { measureRuntimes } from "./measures/runtimes.ts";
import { measureSlowSockets } from "./measures/slow-sockets.ts";
import { measureStart } from "./measures/start.ts";
import { measureStorm } from "./measures/storm.ts";
import { measureSwitches } from "./measures/switches.ts";
import { installedPeers } from "./peers.ts";
import { plot } from "./report/plot.ts";
import { gotWorse, type Kept, kept, report } from "./report/report.ts";
import type { Effort, Section } from "./section.ts";
import { startStores, type Stores } from "./stores.ts";
import type { System } from "./system.ts";

/**
 * `pnpm bench`: everything, some twenty minutes. `--quick`: most of it once or twice, under two
 * minutes. `--peers`: other services too, which are installed first. `--only checks,storm`: only
 * these. `--keep`: writes the report to the documents; later runs are compared with it.
 */
const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    peers: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    only: { type: "string" },
  },
});

type Measure = (stores: Stores, effort: Effort, peers: readonly System[]) => Promise<Section>;

/** Measures that need all CPUs, and measures in which the server has one CPU alone. */
const UNPINNED: Readonly<Record<string, Measure>> = {
  hashing: measureHashing,
  storm: measureStorm,
  crowd: measureCrowd,
  callers: measureCallers,
  "large-user": measureLargeUser,
  "slow-sockets": measureSlowSockets,
  primary: measurePrimary,
};
const PINNED: Readonly<Record<string, Measure>> = {
  checks: measureChecks,
  switches: measureSwitches,
  runtimes: measureRuntimes,
  registrations: measureRegistrations,
  redis: measureRedis,
  start: measureStart,
  growth: measureGrowth,
  events: measureEvents,
};

const ON_TWO_CPUS: Readonly<Record<string, Measure>> = { processes: measureProcesses };

/** Not in a quick run unless it names them: they take long. */
const LONG = new Set([
  "crowd",
  "callers",
  "switches",
  "runtimes",
  "growth",
  "large-user",
  "slow-sockets",
  "processes",
]);

const DOCUMENTS = new URL("../../../docs/performance/", import.meta.url);
const LAST = new URL("ratios.json", DOCUMENTS);

process.setMaxListeners(64); // each server that is started ends with this process
const machine = describeMachine();
const only = flags.only?.split(",");
const effort: Effort = flags.quick
  ? { isQuick: true, rounds: 2, seconds: 1, warmUpSeconds: 1 }
  : { isQuick: false, rounds: 5, seconds: 3, warmUpSeconds: 3 };
const peers = flags.peers ? installedPeers() : [];
const sections: Section[] = [];

for (const [cpus, measures] of [
  [ALL_CPUS, UNPINNED],
  [OTHER_CPUS, PINNED],
  [CPUS_BESIDE_TWO_SERVERS, ON_TWO_CPUS],
] as const) {
  pin(process.pid, cpus); // and with it the stores, which are its children
  const isChosen = (name: string) => only?.includes(name) ?? !(flags.quick && LONG.has(name));
  const chosen = Object.entries(measures).filter(([name]) => isChosen(name));
  if (chosen.length === 0) continue;
  const stores = await startStores();
  try {
    for (const [name, measure] of chosen) {
      const startedAt = performance.now();
      try {
        sections.push(await measure(stores, effort, peers));
        console.error(`${name}: ${Math.round((performance.now() - startedAt) / 1000)} s`);
      } catch (error) {
        console.error(error); // the rest of a long run is still useful
        process.exitCode = 1;
      }
    }
  } finally {
    await stores.stop();
  }
}

const at = new Date().toISOString().slice(0, 10);
const markdown = report(sections, { machine, at, plots: flags.keep });
console.log(markdown);
const before = existsSync(LAST) ? (JSON.parse(readFileSync(LAST, "utf8")) as Kept) : {};
const worse = gotWorse(kept(sections), before);
console.log(
  worse.length > 0
    ? `Worse than the run that was kept:\n${worse.join("\n")}`
    : "Nothing got worse.",
);
if (flags.keep) {
  mkdirSync(DOCUMENTS, { recursive: true });
  writeFileSync(new URL("report.md", DOCUMENTS), markdown);
  writeFileSync(LAST, `${JSON.stringify({ ...before, ...kept(sections) }, null, 2)}\n`);
  for (const { bars } of sections)
    if (bars) writeFileSync(new URL(`${bars.name}.svg`, DOCUMENTS), plot(bars));
}
process.exit(); // a failed measure may have left something open
