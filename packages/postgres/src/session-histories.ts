import type {
  SessionHistories,
  SessionHistory,
  SessionId,
  UserId,
  UserRevocations,
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
  readonly position: string;
}

/** How many users a page of revocations has at most. */
const PAGE = 500;

/**
 * The histories of the session store in the table `session_histories`. A position is a transaction
 * id: every transaction before `pg_snapshot_xmin` has ended. No clock is read, and no user is
 * locked.
 */
export function postgresSessionHistories(db: Kysely<Schema>): SessionHistories {
  const columns = sql`partition, generation::text, history, is_settled, source, beat::text,
    position::text`;

  /** The rows that nobody has changed since they were read. */
  const unchanged = (read: readonly SessionHistory[]) => sql`
    from jsonb_to_recordset(${JSON.stringify(read.map(toKnown))}::jsonb)
      as known (partition smallint, generation bigint, history text, beat bigint, source text,
        position xid8)
    where kept.partition = known.partition and kept.generation = known.generation
      and kept.history is not distinct from known.history and kept.beat = known.beat
    returning kept.partition, kept.generation::text, kept.history, kept.is_settled, kept.source,
      kept.beat::text, kept.position::text`;

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
        from postern.session_histories order by partition`.execute(db);
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
        set history = ${history}, source = known.source, beat = known.beat,
          position = known.position
        from jsonb_to_recordset(${JSON.stringify(partitions.map(toKnown))}::jsonb)
          as known (partition smallint, generation bigint, beat bigint, source text,
            position xid8)
        where kept.partition = known.partition and kept.generation = known.generation
          and kept.history is null
        returning kept.partition, kept.generation::text, kept.history, kept.is_settled,
          kept.source, kept.beat::text, kept.position::text`.execute(db);
      return rows.map(toHistory);
    },

    async settle(partitions) {
      await update(sql`is_settled = true`, partitions);
    },

    beat: async (partitions, position) =>
      await update(
        sql`beat = kept.beat + 1, position = greatest(kept.position, ${String(position)}::xid8)`,
        partitions,
      ),

    async revocationsSince(position, after) {
      const { rows } = await sql<
        UserRow & { readonly revoked: UserId; readonly ended: SessionId[] }
      >`
        select users.*, changed.user_id as revoked, changed.ended
        from (
          select user_id, array_agg(data->>'sessionId') filter (where type = 'session.revoked')
            as ended
          from postern.events
          where type <> 'session.created' and recorded_in >= ${String(position)}::xid8
            and user_id > ${after ?? FIRST}
          group by user_id order by user_id limit ${PAGE}
        ) as changed
        left join postern.users on users.id = changed.user_id
        order by changed.user_id`.execute(db);
      return rows.map((row): UserRevocations => ({
        userId: row.revoked,
        user: row.id === null ? undefined : toUser(row),
        endedSessions: row.ended ?? [],
      }));
    },
  };
}

/** Before every user's id. */
const FIRST = "00000000-0000-0000-0000-000000000000";

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
  position: BigInt(row.position),
});
