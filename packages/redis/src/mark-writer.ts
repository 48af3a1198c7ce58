import type { SessionHistories, SessionHistory } from "@postern/domain";
import { type RedisClient, withTimeout } from "./connect.ts";
import { type Mark, positionDelay } from "./marks.ts";
import { markKeyOf } from "./partition.ts";
import { sightings } from "./sightings.ts";

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

/** Another process writes the marks if none came for so long. */
const PAUSE_MS = 5_000;

/** Writes a mark into each partition, if this is the process that does. */
export function markWriter({ client, histories, applyAgain }: MarkWriterOptions) {
  const positions = positionDelay();
  const beats = sightings();
  /** The beats that this process has written into Redis. */
  const written = new Map<number, bigint>();

  const isPaused = ({ known }: Surveyed) => beats.ageOf(known.partition) > PAUSE_MS;
  const isWritten = ({ known }: Surveyed) => written.get(known.partition) === known.beat;
  const knownIn = (surveyed: readonly Surveyed[]) => surveyed.map(({ known }) => known);

  function hasWritten(partitions: readonly SessionHistory[]): void {
    for (const { partition, beat } of partitions) {
      written.set(partition, beat);
      beats.note(partition, beat);
    }
  }

  /** Writes marks that Postgres has recorded. Returns where the data has gone back in time. */
  async function writeInto(recorded: readonly SessionHistory[], history: string) {
    const back = await Promise.all(
      recorded.map(async (known) => {
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

    /** Takes note of what was read from Postgres. */
    note(partitions: readonly SessionHistory[], position: bigint): void {
      positions.push(position);
      for (const { partition, beat } of partitions) beats.note(partition, beat);
    },

    /** Returns the partitions whose data has gone back in time. */
    async write(surveyed: readonly Surveyed[]): Promise<readonly SessionHistory[]> {
      const own = surveyed.filter((one) => isWritten(one) || isPaused(one));
      const wentBack: SessionHistory[] = [];
      for (const [history, group] of Map.groupBy(own, (one) => one.history)) {
        // Nothing watched over the data meanwhile, and it may have gone back in time to a mark that
        // is still expected.
        await applyAgain(group.filter(isPaused), history);
        const repeated = group.filter((one) => !isWritten(one));
        wentBack.push(...(await writeInto(knownIn(repeated), history)));
        const next = await histories.beat(
          knownIn(group.filter(isWritten)),
          positions.oldEnough() ?? 0n,
        );
        wentBack.push(...(await writeInto(next, history)));
      }
      return wentBack;
    },
  };
}
