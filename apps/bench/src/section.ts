import type { Ratio } from "./rounds.ts";

/** How long and how often to measure. */
export interface Effort {
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly seconds: number;
  /** Until V8 has compiled what is hot. */
  readonly warmUpSeconds: number;
}

/** A figure that something is to keep to, and how it may be read. */
export interface Finding {
  /** Stable: what runs are compared by. */
  readonly id: string;
  readonly says: string;
  readonly ratio: Ratio;
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
  /** Where there is no target: which way is worse. */
  readonly isBetterWhen: "higher" | "lower";
}

/** One part of the report. */
export interface Section {
  readonly title: string;
  /** Markdown. */
  readonly text: string;
  readonly table?: {
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
  };
  readonly bars?: Bars;
  readonly findings: readonly Finding[];
}

/** A plot of lying bars. */
export interface Bars {
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly {
    readonly label: string;
    readonly value: number;
    readonly isOurs: boolean;
  }[];
}

export const single = (value: number): Ratio => ({ median: value, min: value, max: value });

/** Three significant digits, and no more than anybody reads. */
export const digits = (value: number): string =>
  Number.isNaN(value)
    ? "?"
    : Math.abs(value) >= 100
      ? Math.round(value).toLocaleString("en")
      : value.toPrecision(3);

export const spread = ({ median, min, max }: Ratio): string =>
  min === max ? digits(median) : `${digits(median)} (${digits(min)} to ${digits(max)})`;
