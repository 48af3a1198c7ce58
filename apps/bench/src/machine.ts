import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";

/** Describes the machine of the measurement in words. */
export function describeMachine(): string {
  const model = cpus()[0]?.model.trim() ?? "an unknown CPU";
  const gib = Math.round(totalmem() / 2 ** 30);
  return `${model}, ${availableParallelism()} CPUs, ${gib} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`;
}

/**
 * Whether processes can be bound to a CPU here. If not, they share all CPUs, and the noise is
 * larger.
 */
export const canPin = process.platform === "linux" && hasTaskset() && availableParallelism() >= 2;

function hasTaskset(): boolean {
  try {
    execFileSync("taskset", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Counted now: after this process is bound to some CPUs, it sees no others. */
export const CPUS = availableParallelism();
export const ALL_CPUS = `0-${CPUS - 1}`;
/** The CPU that only the measured server uses. */
export const SERVER_CPU = "0";
/** The CPUs of the stores and the load. */
export const OTHER_CPUS = CPUS > 2 ? `1-${CPUS - 1}` : "1";

/** The CPUs beside those of two servers, if there are four. */
export const CPUS_BESIDE_TWO_SERVERS = CPUS > 3 ? `2-${CPUS - 1}` : OTHER_CPUS;

/** Binds a process with all its threads to these CPUs. */
export function pin(pid: number, cpuList: string): void {
  if (canPin) execFileSync("taskset", ["-acp", cpuList, String(pid)], { stdio: "ignore" });
}

const CLOCK_TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux
const PAGE_BYTES = 4096;

/**
 * Returns the CPU time of a process so far in ms, all threads together. `NaN` if it cannot be read.
 */
export function cpuMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return ((Number(fields[11]) + Number(fields[12])) * 1000) / CLOCK_TICKS_PER_SECOND;
  } catch {
    return Number.NaN;
  }
}

/** Returns a process and its children. */
export function familyOf(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    return [pid, ...children.trim().split(" ").filter(Boolean).map(Number)];
  } catch {
    return [pid];
  }
}

/** Returns the resident memory of a process in MB. */
export function residentMb(pid: number): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]);
    return (pages * PAGE_BYTES) / 1e6;
  } catch {
    return Number.NaN;
  }
}
