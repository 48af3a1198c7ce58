import type { SessionHistories, SessionHistory } from "@postern/domain";
import { type RedisClient, withTimeout } from "./connect.ts";
import { type Mark, positionDelay } from "./marks.ts";
import { markKeyOf } from "./partition.ts";

/** What a partition's primary answered: its history, and the mark in its data. */
export interface Surveyed {
  readonly known: SessionHistory;
  readonly history: string;
  readonly mark: Mark | undefined;
}

interface MarkWriterOptions {
  readonly client: RedisClient;
  readonly histories: Pick<SessionHistories, "beat">;
  /** Applies again what was revoked since the marks in the data. */
  applyAgain(surveyed: readonly Surveyed[], history: string): Promise<void>;
}

const EVERY_MS = 3_000;
/** Another process writes the marks if none came for so long. */
const PAUSE_MS = 8_000;

/** Writes a mark into each partition, if this is the process that does. */
export function markWriter({ client, histories, applyAgain }: MarkWriterOptions) {
  const positions = positionDelay();
  /** The beats that this process has recorded in Postgres, and those that it has written. */
  const recorded = new Map<number, bigint>();
  const written = new Map<number, bigint>();
  let wroteAtMs = -Infinity;

  const isPaused = ({ known }: Surveyed) => known.beatAgeMs > PAUSE_MS;
  const isOwn = ({ partition, beat }: SessionHistory) => recorded.get(partition) === beat;
  const isWritten = ({ known }: Surveyed) => written.get(known.partition) === known.beat;
  const knownIn = (surveyed: readonly Surveyed[]) => surveyed.map(({ known }) => known);

  function hasWritten(partitions: readonly SessionHistory[]): void {
    for (const { partition, beat } of partitions) {
      recorded.set(partition, beat);
      written.set(partition, beat);
    }
  }

  /** Writes marks that Postgres has recorded. Returns where the data has gone back in time. */
  async function writeInto(next: readonly SessionHistory[], history: string) {
    const back = await Promise.all(
      next.map(async (known) => {
        const key = markKeyOf(known.source ?? "", known.partition);
        const [beat, position] = [String(known.beat), String(known.position)];
        const isInOrder = await withTimeout(client.posternBeat(key, beat, position, history));
        if (isInOrder === 0) return [known];
        hasWritten([known]);
        return [];
      }),
    );
    return back.flat();
  }

  return {
    hasWritten,

    /**
     * Whether this process may retire the history that counts. While another process marks it, that
     * history is alive, and that process retires it if it is over: so two processes that reach
     * different servers do not fight.
     */
    mayRetire: (known: SessionHistory): boolean => isOwn(known) || known.beatAgeMs > PAUSE_MS,

    /** Takes note of the position that was read from Postgres. */
    note: (position: bigint): void => positions.push(position),

    /** Returns the partitions whose data has gone back in time. */
    async write(surveyed: readonly Surveyed[]): Promise<readonly SessionHistory[]> {
      const own = surveyed.filter((one) => isOwn(one.known) || isPaused(one));
      const isDue = performance.now() - wroteAtMs >= EVERY_MS;
      if (isDue) wroteAtMs = performance.now();
      const wentBack: SessionHistory[] = [];
      for (const [history, group] of Map.groupBy(own, (one) => one.history)) {
        // Nothing watched over the data meanwhile, and it may have gone back in time to a mark that
        // is still expected.
        await applyAgain(group.filter(isPaused), history);
        const repeated = group.filter((one) => !isWritten(one));
        wentBack.push(...(await writeInto(knownIn(repeated), history)));
        if (!isDue) continue;
        const next = await histories.beat(
          knownIn(group.filter(isWritten)),
          positions.oldEnough() ?? 0n,
        );
        for (const { partition, beat } of next) recorded.set(partition, beat);
        wentBack.push(...(await writeInto(next, history)));
      }
      return wentBack;
    },
  };
}
