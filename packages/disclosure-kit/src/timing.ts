/** A confidence interval, in milliseconds. */
export interface Interval {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

interface BootstrapOptions {
  /** Share of the resamples inside the interval. Default: 0.99. */
  readonly confidence?: number;
  readonly resamples?: number;
  /** Returns a number from 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
}

/**
 * Returns the median of the differences with its bootstrap confidence interval (Efron 1979, the
 * percentile method). Each difference is one of a pair of requests that were sent one right after
 * the other, in an order that alternates, so that the machine's noise is the same for both.
 *
 * @example
 * const { low, high } = medianDifference(pairs.map(([known, unknown]) => known - unknown));
 * const isHidden = low > -1 && high < 1;
 */
export function medianDifference(
  differences: readonly number[],
  { confidence = 0.99, resamples = 2_000, random = Math.random }: BootstrapOptions = {},
): Interval {
  const size = differences.length;
  const medians = Array.from({ length: resamples }, () =>
    medianOf(Array.from({ length: size }, () => differences[Math.floor(random() * size)] ?? 0)),
  ).toSorted((one, other) => one - other);
  const tail = (1 - confidence) / 2;
  const at = (share: number) =>
    medians[Math.min(resamples - 1, Math.floor(resamples * share))] ?? Number.NaN;
  return { median: medianOf(differences), low: at(tail), high: at(1 - tail) };
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}
