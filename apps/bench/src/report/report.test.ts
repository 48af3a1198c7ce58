import { describe, expect, it } from "vitest";
import { type Section, single } from "../section.ts";
import { plot } from "./plot.ts";
import { gotWorse, isMet, kept, report } from "./report.ts";

const section: Section = {
  title: "Something",
  text: "As it is.",
  table: { head: ["system", "a second"], rows: [["Postern", "12,000"]] },
  bars: {
    name: "bars",
    title: "Bars",
    unit: "×",
    bars: [{ label: "A & B", value: 2, isOurs: true }],
  },
  findings: [
    {
      id: "fast",
      says: "fast",
      ratio: single(0.8),
      target: { atLeast: 0.9 },
      isBetterWhen: "higher",
    },
    {
      id: "small",
      says: "small",
      ratio: single(0.8),
      target: { atMost: 0.9 },
      isBetterWhen: "lower",
    },
  ],
};

describe("a report", () => {
  it("puts every target beside its figure, and says which is missed", () => {
    const text = report([section], { machine: "a machine", at: "2026-11-23", plots: true });
    expect(text).toContain("| fast | 0.800 | ≥ 0.900 | **missed** |");
    expect(text).toContain("| small | 0.800 | ≤ 0.900 | met |");
    expect(text).toContain("| Postern | 12,000 |");
    expect(text).toContain("![Bars](bars.svg)");
    expect(section.findings.map(isMet)).toEqual([false, true]);
  });

  it("says what got worse beyond the noise, in whichever way worse is", () => {
    const before = kept([section]);
    const now = {
      fast: { median: 0.7, isBetterWhen: "higher" },
      small: { median: 0.85, isBetterWhen: "lower" },
      fresh: { median: 1, isBetterWhen: "lower" },
    } as const;
    expect(gotWorse(now, before)).toEqual(["fast: 0.800 before, 0.700 now"]);
  });

  it("has plots that are SVG, with any text in the labels", () => {
    const svg = plot(section.bars ?? { name: "", title: "", unit: "", bars: [] });
    expect(svg).toMatch(/^<svg [^]*A &amp; B[^]*<\/svg>\n$/);
  });
});
