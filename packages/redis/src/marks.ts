/**
 * A mark in Redis: "<beat> <position>". It says that this data has every noted revocation before
 * the position. The beat rises by one with each mark, and Postgres has it too. Data that goes back
 * in time under one history has an earlier one.
 */
export interface Mark {
  readonly beat: bigint;
  readonly position: bigint;
}

export const encodeMark = ({ beat, position }: Mark): string => `${beat} ${position}`;

/** Returns `undefined` for text that is not in the format. */
export function decodeMark(text: string): Mark | undefined {
  const [matched, beat = "", position = ""] = /^(\d+) (\d+)$/.exec(text) ?? [];
  return matched === undefined ? undefined : { beat: BigInt(beat), position: BigInt(position) };
}

/**
 * So old is the position of a mark. A revocation is acknowledged within 20 s after its note, so
 * every note before the position has been applied, or was never acknowledged.
 */
const AGE_MS = 120_000;

/**
 * Delays positions by the monotonic clock. A process that has just started has none yet, and
 * repeats the earlier one.
 */
export function positionDelay() {
  const line: { readonly atMs: number; readonly position: bigint }[] = [];
  return {
    push(position: bigint): void {
      line.push({ atMs: performance.now(), position });
      const count = line.findLastIndex(({ atMs }) => atMs <= performance.now() - AGE_MS);
      if (count > 0) line.splice(0, count);
    },
    /** Returns the newest position that is old enough. */
    oldEnough(): bigint | undefined {
      const [first] = line;
      return first && first.atMs <= performance.now() - AGE_MS ? first.position : undefined;
    },
  };
}
