import type {
  NotedRevocation,
  RevocationNote,
  SessionHistories,
  SessionHistory,
  SessionId,
  UserId,
} from "@postern/domain";
import { type Kysely, sql } from "kysely";
import type { Schema } from "./schema.ts";
import { toUser, type UserRow } from "./user-row.ts";

interface HistoryRow {
  readonly partition: number;
  readonly generation: string;
  readonly history: string | null;
  readonly is_settled: boolean;
  readonly source: string | null;
  readonly beat: string;
  readonly beat_age_ms: number;
  readonly position: string;
}

interface NoteRow {
  readonly note_id: string;
  readonly recorded_in: string;
  readonly user_id: UserId;
  readonly session_id: SessionId | null;
}

/** How many notes a page has at most. */
const PAGE = 500;

/**
 * The histories of the session store in the table `session_histories`. A position is a transaction
 * id: every transaction before `pg_snapshot_xmin` has ended. A clock tells only how old a mark is,
 * and no user is locked.
 */
export function postgresSessionHistories(db: Kysely<Schema>): SessionHistories {
  const columns = sql`kept.partition, kept.generation::text, kept.history, kept.is_settled,
    kept.source, kept.beat::text, kept.position::text,
    (1000 * extract(epoch from clock_timestamp() - kept.beat_at))::float8 as beat_age_ms`;

  /** The rows whose generation is the one that the caller knows, beside what the caller knows. */
  const ofGeneration = (given: readonly SessionHistory[]) => sql`
    from jsonb_to_recordset(${JSON.stringify(given.map(toKnown))}::jsonb)
      as known (partition smallint, generation bigint, history text, beat bigint, source text,
        position xid8)
    where kept.partition = known.partition and kept.generation = known.generation`;

  /** The rows that nobody has changed since they were read. */
  const unchanged = (read: readonly SessionHistory[]) => sql`
    ${ofGeneration(read)}
      and kept.history is not distinct from known.history and kept.beat = known.beat
    returning ${columns}`;

  const update = async (change: ReturnType<typeof sql>, read: readonly SessionHistory[]) => {
    if (read.length === 0) return [];
    const { rows } = await sql<HistoryRow>`
      update postern.session_histories as kept set ${change} ${unchanged(read)}`.execute(db);
    return rows.map(toHistory);
  };

  return {
    async read() {
      const { rows } = await sql<HistoryRow & { readonly now: string }>`
        select ${columns}, pg_snapshot_xmin(pg_current_snapshot())::text as now
        from postern.session_histories as kept order by partition`.execute(db);
      return { partitions: rows.map(toHistory), position: BigInt(rows[0]?.now ?? 0) };
    },

    retire: async (partitions) =>
      await update(
        // Where none counted before, nobody can still accept one.
        sql`generation = kept.generation + 1, history = null,
          is_settled = kept.is_settled and kept.history is null`,
        partitions,
      ),

    async certify(partitions, history) {
      const { rows } = await sql<HistoryRow>`
        update postern.session_histories as kept
        set history = ${history}, source = known.source, beat = known.beat, beat_at = now(),
          position = known.position
        ${ofGeneration(partitions)} and kept.history is null
        returning ${columns}`.execute(db);
      return rows.map(toHistory);
    },

    async settle(partitions) {
      await update(sql`is_settled = true`, partitions);
    },

    beat: async (partitions, position) =>
      await update(
        sql`beat = kept.beat + 1, beat_at = now(),
          position = greatest(kept.position, ${String(position)}::xid8)`,
        partitions,
      ),

    async note(revocations) {
      await sql`
        insert into postern.session_revocations (user_id, session_id)
        select note.user_id, note.session_id
        from jsonb_to_recordset(${JSON.stringify(revocations.map(toNote))}::jsonb)
          as note (user_id uuid, session_id uuid)`.execute(db);
    },

    async notesSince(position, after) {
      const from = String(after?.position ?? position);
      // No note is in the future, except after a restore into another cluster of Postgres.
      const { rows } = await sql<UserRow & NoteRow>`
        select users.*, note.id as note_id, note.recorded_in::text, note.user_id, note.session_id
        from postern.session_revocations as note
        left join postern.users on users.id = note.user_id
        where (note.recorded_in, note.id) > (${from}::xid8, ${String(after?.id ?? 0)}::bigint)
          and note.recorded_in < pg_snapshot_xmax(pg_current_snapshot())
        order by note.recorded_in, note.id limit ${PAGE}`.execute(db);
      return rows.map((row): NotedRevocation => ({
        id: BigInt(row.note_id),
        position: BigInt(row.recorded_in),
        userId: row.user_id,
        sessionId: row.session_id ?? undefined,
        user: row.id === null ? undefined : toUser(row),
      }));
    },
  };
}

const toNote = ({ userId, sessionId }: RevocationNote) => ({
  user_id: userId,
  session_id: sessionId ?? null,
});

/** Numbers as text: a bigint has no JSON. */
const toKnown = (known: SessionHistory) => ({
  partition: known.partition,
  generation: String(known.generation),
  history: known.history ?? null,
  source: known.source ?? null,
  beat: String(known.beat),
  position: String(known.position),
});

const toHistory = (row: HistoryRow): SessionHistory => ({
  partition: row.partition,
  generation: Number(row.generation),
  history: row.history ?? undefined,
  isSettled: row.is_settled,
  source: row.source ?? undefined,
  beat: BigInt(row.beat),
  beatAgeMs: row.beat_age_ms,
  position: BigInt(row.position),
});
