import type { Cell } from "./cell.ts";

const HEADINGS = [
  "part",
  "fault",
  "answers",
  "first failure",
  "healed",
  "changes lost",
  "events lost",
  "sessions lost",
  "wrong identities",
  "zombie sessions",
];

const seconds = (ms: number | undefined) =>
  ms === undefined ? "-" : `${(ms / 1000).toFixed(1)} s`;

/** Returns the cells as a table in Markdown. */
export function tableOf(cells: readonly Cell[]): string {
  const rows = cells.map(({ fault, statuses, lost, ...counts }) => [
    fault.part,
    fault.name,
    Object.entries(statuses)
      .map(([status, count]) => `${status === "0" ? "none" : status} × ${count}`)
      .join(", "),
    seconds(counts.firstFailureMs),
    seconds(counts.healedMs),
    lost.length,
    counts.lostEvents,
    counts.lostSessions,
    counts.wrongIdentities,
    counts.zombies,
  ]);
  return [HEADINGS, HEADINGS.map(() => "---"), ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}
