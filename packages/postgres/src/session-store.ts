import {
  MAX_SESSIONS,
  type Session,
  type SessionStore,
  type User,
  type UserId,
  sessionIdOf,
} from "@postern/domain";
import { type Kysely, type RawBuilder, type Selectable, sql } from "kysely";
import type { Schema, SessionsTable } from "./schema.ts";

type SessionRow = Selectable<SessionsTable> & { readonly idle_expires_at: Date };
type CheckedRow = SessionRow & {
  readonly email: string;
  readonly email_verified_at: Date | null;
  readonly is_due: boolean;
};

/**
 * Sessions in a table, for installations without Redis. The epoch is read from `users` itself, so
 * there is no copy to update, and a raised epoch ends sessions as soon as it is committed.
 */
export function postgresSessionStore(db: Kysely<Schema>): SessionStore {
  return {
    async open({ tokenHash, user, rules, remembered = false, replaces }) {
      const { createdAt = null, absoluteExpiresAt = null } = replaces ?? {};
      const { rows } = await sql<SessionRow>`
        with owner as (
          select id from postern.users where id = ${user.id} and epoch = ${user.epoch}
          for key share -- so that the user is not deleted meanwhile
        ), pruned as (
          delete from postern.sessions
          where exists (select from owner) and token_hash in (${beyondLimit(user)})
        ), opened as (
          insert into postern.sessions (token_hash, id, user_id, epoch, idle_ms, created_at,
            absolute_expires_at, remembered)
          select ${tokenHash}, ${sessionIdOf(tokenHash)}::uuid, owner.id, ${user.epoch}::integer,
            ${rules.idleMs}::double precision, coalesce(${createdAt}::timestamptz, now()),
            coalesce(${absoluteExpiresAt}::timestamptz, now() + ${milliseconds(rules.absoluteMs)}),
            ${remembered}
          from owner
          returning *
        ) select opened.*, ${idleExpiresAt("opened")} from opened`.execute(db);
      return rows[0] && toSession(rows[0]);
    },

    async check(userId, tokenHash, { touchEveryMs }) {
      const { rows } = await sql<CheckedRow>`
        select sessions.*, ${idleExpiresAt("sessions")}, users.email, users.email_verified_at,
          sessions.last_seen_at <= now() - ${milliseconds(touchEveryMs)} as is_due
        ${liveSessions} and sessions.token_hash = ${tokenHash} and users.id = ${userId}`.execute(
        db,
      );
      const [row] = rows;
      if (!row) return undefined;
      // An update finds no row that was ended meanwhile, so a touch brings none back.
      // Where nothing can be written, a session can still be checked: the next check touches it.
      const touched = row.is_due ? await touch(db, row).catch(() => row) : row;
      const emailVerifiedAt = row.email_verified_at ?? undefined;
      return (
        touched && {
          session: toSession(touched),
          user: { id: userId, email: row.email, emailVerifiedAt },
        }
      );
    },

    async end(userId, sessionId) {
      const { rows } = await sql<SessionRow>`
        with ended as (
          delete from postern.sessions where id = ${sessionId} and user_id = ${userId} returning *
        ) select sessions.*, ${idleExpiresAt("sessions")} ${liveAmong("ended")}`.execute(db);
      return rows[0] && toSession(rows[0]);
    },

    async syncUser() {
      // There is no copy: a check reads the epoch from `users`.
    },

    async deleteUser(userId) {
      await db.deleteFrom("sessions").where("user_id", "=", userId).execute();
    },

    list: (userId) => listLive(db, userId),
  };
}

async function listLive(db: Kysely<Schema>, userId: UserId): Promise<readonly Session[]> {
  const { rows } = await sql<SessionRow>`
    select sessions.*, ${idleExpiresAt("sessions")} ${liveSessions} and users.id = ${userId}
    order by sessions.created_at desc, sessions.id desc limit ${MAX_SESSIONS}`.execute(db);
  return rows.toReversed().map(toSession);
}

async function touch(
  db: Kysely<Schema>,
  { token_hash }: SessionRow,
): Promise<SessionRow | undefined> {
  const { rows } = await sql<SessionRow>`
    update postern.sessions set last_seen_at = now() where token_hash = ${token_hash}
    returning *, ${idleExpiresAt("sessions")}`.execute(db);
  return rows[0];
}

/**
 * The sessions to delete when one more is opened: those that are over, and the oldest beyond the
 * maximum.
 */
const beyondLimit = (user: User): RawBuilder<unknown> => sql`
  select token_hash from postern.sessions where user_id = ${user.id} and (epoch < ${user.epoch} or ${isOver})
  union all (
    select token_hash from postern.sessions where user_id = ${user.id} and epoch = ${user.epoch} and not ${isOver}
    order by created_at desc, id desc offset ${MAX_SESSIONS - 1}
  )`;

const milliseconds = (ms: number) => sql`${ms}::double precision * interval '1 millisecond'`;

/** When a session ends by itself: after its idle time, or at its absolute limit. */
const endsAt = (table: string) => {
  const of = (column: string) => sql.ref(`${table}.${column}`);
  const idle = sql`${of("last_seen_at")} + ${of("idle_ms")} * interval '1 millisecond'`;
  return sql`least(${idle}, ${of("absolute_expires_at")})`;
};

const idleExpiresAt = (table: string) => sql`${endsAt(table)} as idle_expires_at`;
const isOver = sql`${endsAt("sessions")} <= now()`;

/** Live rows of the table, or of rows that were just deleted. */
const liveAmong = (rows: string) => sql`
  from ${sql.ref(rows)} as sessions join postern.users on users.id = sessions.user_id and users.epoch = sessions.epoch
  where users.disabled_at is null and not ${isOver}`;
const liveSessions = liveAmong("postern.sessions");

function toSession(row: SessionRow): Session {
  return {
    id: row.id,
    userId: row.user_id,
    epoch: row.epoch,
    createdAt: row.created_at,
    lastSeenAt: row.last_seen_at,
    idleExpiresAt: row.idle_expires_at,
    absoluteExpiresAt: row.absolute_expires_at,
    remembered: row.remembered,
  };
}
