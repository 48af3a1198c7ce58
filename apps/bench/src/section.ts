import type { Ratio } from "./rounds.ts";

/** How long and how often to measure. */
export interface Effort {
  readonly isQuick: boolean;
  readonly rounds: number;
  readonly seconds: number;
  /** Until V8 has compiled the hot code. */
  readonly warmUpSeconds: number;
}

/** A figure with its target, and how to read it. */
export interface Finding {
  /** Stable: runs are compared by it. */
  readonly id: string;
  readonly says: string;
  /** The figure over all rounds. It need not be a ratio of two systems. */
  readonly ratio: Ratio;
  readonly target?: { readonly atLeast: number } | { readonly atMost: number };
  /** Which direction is better, to find what got worse since the last kept run. */
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

/** A plot of horizontal bars. */
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

/** Shows at least three significant digits, and no decimals from 100 on. */
export const digits = (value: number): string =>
  Number.isNaN(value)
    ? "?"
    : Math.abs(value) >= 100
      ? Math.round(value).toLocaleString("en")
      : value.toPrecision(3);

export const spread = ({ median, min, max }: Ratio): string =>
  min === max ? digits(median) : `${digits(median)} (${digits(min)} to ${digits(max)})`;
