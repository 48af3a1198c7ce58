import { digits, type Finding, type Section, spread } from "../section.ts";

/** Writes a whole run as Markdown. */
export function report(
  sections: readonly Section[],
  { machine, at, plots }: { machine: string; at: string; plots: boolean },
): string {
  const findings = sections.flatMap((section) => section.findings);
  return (
    [
      "# What was measured",
      `One run of \`npx -y pnpm@12 bench\`, ${at}: ${machine}. How, and what it means: [performance](../performance.md).`,
      "Each figure is a median of rounds, with the least and the most of them behind it. Ratios are taken within a round.",
      "## Targets",
      tableOf(
        ["", "measured", "target", ""],
        findings.map((finding) => [
          finding.says,
          spread(finding.ratio),
          targetOf(finding),
          finding.target ? (isMet(finding) ? "met" : "**missed**") : "",
        ]),
      ),
      ...sections.flatMap(({ title, text, table, bars }) => [
        `## ${title}`,
        text,
        ...(table ? [tableOf(table.head, table.rows)] : []),
        ...(bars && plots ? [`![${bars.title}](${bars.name}.svg)`] : []),
      ]),
    ].join("\n\n") + "\n"
  );
}

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const targetOf = ({ target }: Finding) =>
  target === undefined
    ? ""
    : "atLeast" in target
      ? `≥ ${digits(target.atLeast)}`
      : `≤ ${digits(target.atMost)}`;

export function isMet({ target, ratio: { median } }: Finding): boolean {
  if (target === undefined) return true;
  return "atLeast" in target ? median >= target.atLeast : median <= target.atMost;
}

/** The figures of a run, with which later runs are compared. */
export type Kept = Readonly<
  Record<string, { readonly median: number; readonly isBetterWhen: "higher" | "lower" }>
>;

export const kept = (sections: readonly Section[]): Kept =>
  Object.fromEntries(
    sections.flatMap(({ findings }) =>
      findings.map(({ id, ratio: { median }, isBetterWhen }) => [id, { median, isBetterWhen }]),
    ),
  );

/** How much a figure may differ from one run to the next without a meaning. */
const NOISE = 0.1;

/** Returns in words what is worse than in the last kept run. */
export function gotWorse(now: Kept, before: Kept): string[] {
  return Object.entries(now).flatMap(([id, { median, isBetterWhen }]) => {
    const last = before[id]?.median;
    if (last === undefined) return [];
    const change = median / last - 1;
    const isWorse = isBetterWhen === "higher" ? change < -NOISE : change > NOISE;
    return isWorse ? [`${id}: ${digits(last)} before, ${digits(median)} now`] : [];
  });
}
