import type { Log } from "@postern/process";

const EVERY_MS = 1_000;

/**
 * Counts refusals, and logs the counts at most once a second: in a storm, a line for each would
 * cost more than the refusals.
 */
export function refusalLog(log: Log): (code: string) => void {
  const counts = new Map<string, number>();
  const flush = () => {
    log.warn({ refused: Object.fromEntries(counts) }, "requests refused");
    counts.clear();
  };
  return (code) => {
    if (counts.size === 0) setTimeout(flush, EVERY_MS).unref();
    counts.set(code, (counts.get(code) ?? 0) + 1);
  };
}
