import {
  MAX_SESSIONS,
  type Seal,
  type SessionLedger,
  type SessionRecord,
  type UserId,
} from "@postern/domain";
import { type Kysely, type Selectable, sql } from "kysely";
import { retryIfAmbiguous } from "./ambiguous-commit.ts";
import { eventsOf } from "./event-log.ts";
import type { Schema, SessionRecordsTable } from "./schema.ts";
import { userChanges } from "./user-change.ts";
import { isAllowed, isRevoked } from "./user-row.ts";

/**
 * The session store ends the oldest session beyond `MAX_SESSIONS` and reports nothing. Twice as
 * many records without a recorded end are kept, so a record is never dropped before its session.
 */
const MAX_OPEN_RECORDS = 2 * MAX_SESSIONS;

/**
 * Session records in the table `session_records`. The event log decides whether a session has
 * ended; `ended_at` serves the clean-up only. In the statements `changed` is the user's row if the
 * request is allowed: `eventsOf` writes the events only if it exists.
 */
export function postgresSessionLedger(db: Kysely<Schema>, seal?: Seal): SessionLedger {
  const { isCommitted } = userChanges(db, seal);
  const recordsOf = (userId: UserId) =>
    db.selectFrom("session_records").selectAll().where("user_id", "=", userId);

  return {
    async confirm(session, created, replaces) {
      const { id, userId, epoch, device = null, network = null, expiresAt } = session;
      const mayReplace = replaces ? sql`not ${isRevoked(userId, replaces)}` : sql`true`;
      // `for key share` delays the user's deletion, and a change of the address (`email_key` is
      // unique). Other epoch changes do not wait. If one commits after this read, the session store
      // ends this session when it receives the new epoch.
      const confirm = async () => {
        const { rows } = await sql`
          with changed as (
            select id from postern.users
            where id = ${userId} and epoch = ${epoch} and disabled_at is null and ${mayReplace}
            for key share
          ), ${eventsOf(seal, { events: [created] })}, recorded as (
            insert into postern.session_records (id, user_id, epoch, device, network, expires_at)
            select ${id}::uuid, id, ${epoch}::integer, ${device}, ${network},
              ${expiresAt}::timestamptz
            from changed
            on conflict (id) do nothing
          ), pruned as (
            delete from postern.session_records where id in (
              select id from postern.session_records
              where user_id in (select id from changed) and ended_at is null
              order by created_at desc offset ${MAX_OPEN_RECORDS - 1} -- and the new one
            )
          ) select from changed`.execute(db);
        return rows.length > 0;
      };
      return await retryIfAmbiguous(
        confirm,
        async () => (await confirm()) || (await isCommitted([created])),
      );
    },

    async revoke({ id, userId, epoch }, revoked, actingSession) {
      const belongsToEpoch =
        epoch === undefined
          ? sql`exists (
              select from postern.session_records as recorded
              where recorded.id = ${id} and recorded.user_id = users.id
                and recorded.epoch = users.epoch and recorded.expires_at > now()
            )`
          : sql`users.epoch = ${epoch}`;
      // `for share` puts this statement and an epoch change in order. Either the change waits for
      // this statement, or this statement waits and then sees the new epoch.
      const revoke = async () => {
        const { rows } = await sql<{ is_new: boolean }>`
          with changed as (
            select from postern.users
            where users.id = ${userId} and users.disabled_at is null and ${belongsToEpoch}
              and ${isAllowed(actingSession)}
            for share of users
          ), ${eventsOf(seal, { events: [revoked] })}, ended as (
            update postern.session_records set ended_at = now()
            where id = ${id} and ended_at is null and exists (select from changed)
          )
          select exists (select from logged) as is_new from changed`.execute(db);
        return rows[0] && (rows[0].is_new ? ("revoked" as const) : ("already_revoked" as const));
      };
      return await retryIfAmbiguous(revoke, async () =>
        (await isCommitted([revoked])) ? ("revoked" as const) : await revoke(),
      );
    },

    async find(userId, sessionIds) {
      if (sessionIds.length === 0) return [];
      const rows = await recordsOf(userId)
        .where("id", "in", [...sessionIds])
        .execute();
      return rows.map(toRecord);
    },

    async list(userId, limit, after) {
      const page =
        after === undefined ? recordsOf(userId) : recordsOf(userId).where("id", ">", after);
      return (await page.orderBy("id").limit(limit).execute()).map(toRecord);
    },
  };
}

const toRecord = (row: Selectable<SessionRecordsTable>): SessionRecord => ({
  id: row.id,
  userId: row.user_id,
  epoch: row.epoch,
  device: row.device ?? undefined,
  network: row.network ?? undefined,
  expiresAt: row.expires_at,
});
