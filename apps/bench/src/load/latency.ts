import { createHistogram } from "node:perf_hooks";

/** Latencies in milliseconds. */
export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Counts latencies in a histogram, with three significant digits. */
export function latencyRecorder() {
  const histogram = createHistogram({ figures: 3 });
  const ms = (percentile: number) => histogram.percentile(percentile) / 1e6;
  return {
    record: (milliseconds: number) => histogram.record(Math.max(1, Math.round(milliseconds * 1e6))),
    result: (): Latency =>
      histogram.count === 0
        ? { count: 0, p50: Number.NaN, p95: Number.NaN, p99: Number.NaN, max: Number.NaN }
        : {
            count: histogram.count,
            p50: ms(50),
            p95: ms(95),
            p99: ms(99),
            max: histogram.max / 1e6,
          },
  };
}

export type LatencyRecorder = ReturnType<typeof latencyRecorder>;
