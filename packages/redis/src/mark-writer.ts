import type { SessionHistories, SessionHistory } from "@postern/domain";
import { type RedisClient, withTimeout } from "./connect.ts";
import { type Mark, positionDelay } from "./marks.ts";
import { markKeyOf } from "./partition.ts";
import { settleAll } from "./settle-all.ts";
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

const EVERY_MS = 3_000;
/** Another process writes the marks if none came for so long. */
const PAUSE_MS = 8_000;
/**
 * Another process retires a history whose marks have paused for so long. Twice as long, so that a
 * process on the same server takes the marks over before one on another server retires it.
 */
const RETIRE_AFTER_MS = 2 * PAUSE_MS;
/** While Postgres is away nobody can write marks: the owner must have had time for one since. */
const SEEN_FOR_MS = 2_500;

/** A beat begins again with each source. */
const markOf = ({ source, beat }: SessionHistory) => `${source} ${beat}`;

/** Writes a mark into each partition, if this is the process that does. */
export function markWriter({ client, histories, applyAgain }: MarkWriterOptions) {
  const positions = positionDelay();
  /** The marks that this process has recorded in Postgres, and those that it has written. */
  const recorded = new Map<number, string>();
  const written = new Map<number, string>();
  /** Since when this process sees a mark. The age by Postgres' clock may be wrong. */
  const seen = sightings();
  let wroteAtMs = -Infinity;

  const isPaused = ({ known }: Surveyed) => known.beatAgeMs > PAUSE_MS;
  const isOwn = (known: SessionHistory) => recorded.get(known.partition) === markOf(known);
  const isWritten = ({ known }: Surveyed) => written.get(known.partition) === markOf(known);
  const knownIn = (surveyed: readonly Surveyed[]) => surveyed.map(({ known }) => known);

  function hasWritten(partitions: readonly SessionHistory[]): void {
    for (const known of partitions) {
      recorded.set(known.partition, markOf(known));
      written.set(known.partition, markOf(known));
    }
  }

  /** Writes marks that Postgres has recorded. Returns where the data has gone back in time. */
  async function writeInto(next: readonly SessionHistory[], history: string) {
    const back = next.map(async (known) => {
      const key = markKeyOf(known.source ?? "", known.partition);
      const [beat, position] = [String(known.beat), String(known.position)];
      const isInOrder = await withTimeout(client.posternBeat(key, beat, position, history));
      if (isInOrder === 0) return [known];
      hasWritten([known]);
      return [];
    });
    return (await settleAll(back)).flat();
  }

  async function writeGroup(group: readonly Surveyed[], history: string, isDue: boolean) {
    // Nothing watched over the data meanwhile, and it may have gone back in time to a mark that is
    // still expected.
    await applyAgain(group.filter(isPaused), history);
    const repeated = group.filter((one) => !isWritten(one));
    const wentBack = await writeInto(knownIn(repeated), history);
    if (!isDue) return wentBack;
    const ready = knownIn(group.filter(isWritten));
    const next = await histories.beat(ready, positions.oldEnough() ?? 0n);
    for (const known of next) recorded.set(known.partition, markOf(known));
    return [...wentBack, ...(await writeInto(next, history))];
  }

  return {
    hasWritten,

    /**
     * Whether this process may retire the history that counts. While another process marks it, that
     * history is alive, and that process retires it if it is over: so two processes that reach
     * different servers do not fight.
     */
    mayRetire: (known: SessionHistory): boolean =>
      isOwn(known) ||
      (known.beatAgeMs > RETIRE_AFTER_MS && seen.ageOf(known.partition) > SEEN_FOR_MS),

    /** Takes note of what was read from Postgres. */
    note(partitions: readonly SessionHistory[], position: bigint): void {
      positions.push(position);
      for (const known of partitions) seen.note(known.partition, markOf(known));
    },

    /** Returns the partitions whose data has gone back in time. */
    async write(surveyed: readonly Surveyed[]): Promise<readonly SessionHistory[]> {
      const own = surveyed.filter((one) => isOwn(one.known) || isPaused(one));
      const isDue = performance.now() - wroteAtMs >= EVERY_MS;
      if (isDue) wroteAtMs = performance.now();
      // A server that takes no writes holds up no other.
      const groups = [...Map.groupBy(own, ({ history }) => history)];
      const writing = groups.map(([history, group]) => writeGroup(group, history, isDue));
      return (await settleAll(writing)).flat();
    },
  };
}
