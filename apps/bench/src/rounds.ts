/** One figure of one system in one round. */
export type Round<Value> = ReadonlyMap<string, Value>;

export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = Number.NaN] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
};

/** A median, and the distance between the rounds. */
export interface Ratio {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export const ratioOf = (values: readonly number[]): Ratio => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
});

export interface RoundsOptions {
  readonly rounds: number;
  /** The systems that are measured beside each other, in this order in every round. */
  readonly names: readonly string[];
  /** The system whose figure should be the same in every round. */
  readonly reference: string;
  /** A round in which the reference is further from its median was disturbed. */
  readonly tolerance?: number;
}

const MOST_REPEATS = 3;

/**
 * Runs rounds. Each measures every system once, so that a drift of the machine affects all. Rounds
 * with a disturbed reference are repeated, at most a few; then the medians are taken.
 */
export async function interleaved<Value>(
  { rounds, names, reference, tolerance = 0.1 }: RoundsOptions,
  measure: (name: string) => Promise<Value>,
  figureOf: (value: Value) => number,
): Promise<{ rounds: Round<Value>[]; disturbed: number }> {
  const kept: Round<Value>[] = [];
  const one = async (): Promise<Round<Value>> => {
    const round = new Map<string, Value>();
    for (const name of names) round.set(name, await measure(name));
    return round;
  };
  for (let n = 0; n < rounds; n += 1) kept.push(await one());
  const figure = (round: Round<Value>) => {
    const value = round.get(reference);
    return value === undefined ? Number.NaN : figureOf(value);
  };
  let disturbed = 0;
  // With two rounds nothing tells which of them was disturbed.
  const mostRepeats = rounds > 2 ? MOST_REPEATS : 0;
  for (let repeats = 0; repeats < mostRepeats; repeats += 1) {
    const usual = median(kept.map(figure));
    const worst = kept.findIndex((round) => Math.abs(figure(round) / usual - 1) > tolerance);
    if (worst === -1) break;
    disturbed += 1;
    kept[worst] = await one();
  }
  return { rounds: kept, disturbed };
}

/** Returns the ratio of two systems for each round. */
export const ratiosOf = <Value>(
  rounds: readonly Round<Value>[],
  name: string,
  reference: string,
  figureOf: (value: Value) => number,
): Ratio =>
  ratioOf(
    rounds.map((round) => {
      const [one, other] = [round.get(name), round.get(reference)];
      return one === undefined || other === undefined
        ? Number.NaN
        : figureOf(one) / figureOf(other);
    }),
  );
