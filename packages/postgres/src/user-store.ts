import type { Seal, UserId, UserStore } from "@postern/domain";
import { type Kysely, sql } from "kysely";
import { eventsOf } from "./event-log.ts";
import { ifAnswerLost } from "./lost-answer.ts";
import type { Schema } from "./schema.ts";
import { userChanges } from "./user-change.ts";
import { holds, isRevoked, touched, toUser, type UserRow } from "./user-row.ts";

/** Users in the table `users`. Each change is one statement that writes its events as well. */
export function postgresUserStore(db: Kysely<Schema>, seal?: Seal): UserStore {
  const { change, did, areKept } = userChanges(db, seal);
  const select = () => db.selectFrom("users").selectAll();
  const byId = (userId: UserId) => select().where("id", "=", userId).executeTakeFirst();

  return {
    create({ id, email, emailKey, passwordHash, verifyWithinMs = null }, events, otherwise) {
      // The unique constraint decides who was first; looking before inserting would be a race.
      const insert = sql`
        insert into users (id, email, email_key, password_hash, verify_by)
        values (${id}, ${email}, ${emailKey}, ${passwordHash ?? null},
          now() + ${verifyWithinMs}::double precision * interval '1 millisecond')
        on conflict (email_key) do nothing`;
      return change({ userId: id, statement: insert, events, ...(otherwise && { otherwise }) });
    },

    async find(userId) {
      const row = await byId(userId);
      return row && toUser(row);
    },

    async findByEmail(emailKey) {
      const row = await select().where("email_key", "=", emailKey).executeTakeFirst();
      return row && toUser(row);
    },

    async findCredentials(emailKey) {
      return credentials(await select().where("email_key", "=", emailKey).executeTakeFirst());
    },

    async credentialsOf(userId) {
      return credentials(await byId(userId));
    },

    replacePassword({ userId, expectedEpoch, passwordHash, ...given }, events) {
      const { session, receipt, verifiesEmail = false } = given;
      // The row's lock lets a single caller through at each epoch.
      const update = sql`
        update users set password_hash = ${passwordHash}, epoch = epoch + 1, ${touched},
          reset_receipt = ${receipt === undefined ? null : Buffer.from(receipt, "hex")}::bytea,
          email_verified_at = coalesce(email_verified_at, case when ${verifiesEmail} then now() end)
        where id = ${userId} and epoch = ${expectedEpoch} and disabled_at is null
          and ${session ? holds(session) : sql`true`}`;
      return change({ userId, statement: update, events });
    },

    async findByReceipt(userId, receipt) {
      const row = await byId(userId);
      const kept = row?.reset_receipt;
      const isSame = kept && Buffer.from(kept).equals(Buffer.from(receipt, "hex"));
      return isSame ? toUser(row) : undefined;
    },

    verifyEmail({ userId, expectedEpoch, keepsPassword, session }, events) {
      const voided = sql`, password_hash = null, reset_receipt = null, epoch = epoch + 1`;
      const update = sql`
        update users set email_verified_at = now(), ${touched} ${keepsPassword ? sql`` : voided}
        where id = ${userId} and epoch = ${expectedEpoch} and disabled_at is null
          and email_verified_at is null and ${session ? holds(session) : sql`true`}`;
      return change({ userId, statement: update, events });
    },

    raiseEpoch(holder, events) {
      const update = sql`update users set epoch = epoch + 1, ${touched} where ${holds(holder)}`;
      return change({ userId: holder.userId, statement: update, events });
    },

    rehash({ userId, expectedEpoch, expectedHash, passwordHash }) {
      const update = sql`
        update users set password_hash = ${passwordHash}, ${touched}
        where id = ${userId} and epoch = ${expectedEpoch} and password_hash = ${expectedHash}`;
      return change({ userId, statement: update, events: [] });
    },

    disable(userId, events) {
      const update = sql`
        update users set disabled_at = now(), epoch = epoch + 1, ${touched}
        where id = ${userId} and disabled_at is null`;
      return change({ userId, statement: update, events });
    },

    enable(userId, events) {
      const update = sql`
        update users set disabled_at = null, ${touched}
        where id = ${userId} and disabled_at is not null`;
      return change({ userId, statement: update, events });
    },

    delete(userId, events, holder) {
      const whose = holder ? holds(holder) : sql`true`;
      return did({ statement: sql`delete from users where id = ${userId} and ${whose}`, events });
    },

    deleteUnverified(userId, events) {
      const statement = sql`delete from users where id = ${userId} and ${isOverdue}`;
      return did({ statement, events });
    },

    async listUnverified(limit) {
      const { rows } = await sql<UserRow>`
        select * from users where ${isOverdue} order by verify_by limit ${limit}`.execute(db);
      return rows.map(toUser);
    },

    async endSessions(userIds, events) {
      const end = async () => {
        const { rows } = await sql<UserRow>`
          with changed as (
            update users set epoch = epoch + 1, ${touched}
            where id in (select unnest(${[...userIds]}::uuid[]) order by 1)
            returning *
          ), ${eventsOf(seal, { events, where: sql`user_id in (select id from changed)` })}
          select * from changed`.execute(db);
        return rows.map(toUser);
      };
      return await ifAnswerLost(end, async () => {
        const kept = await Promise.all(events.map((event) => areKept([event])));
        if (!kept.some(Boolean)) return await end();
        const rows = await select()
          .where("id", "in", [...userIds])
          .execute();
        return rows.map(toUser);
      });
    },

    async list({ after, limit }) {
      const page = after === undefined ? select() : select().where("id", ">", after);
      return (await page.orderBy("id").limit(limit).execute()).map(toUser);
    },

    async revoke({ userId, epoch }, events) {
      // The lock makes a change of the epoch wait, or this see it.
      const revoke = async () => {
        const { rows } = await sql`
          with changed as (
            select id from users
            where id = ${userId} and epoch = ${epoch} and disabled_at is null for share
          ), ${eventsOf(seal, { events })} select from changed`.execute(db);
        return rows.length > 0;
      };
      return await ifAnswerLost(revoke, async () => (await revoke()) || (await areKept(events)));
    },

    async revokeOwn({ userId, sessionId }, events) {
      // The lock makes a change of the epoch wait, or this see it.
      const revoke = async () => {
        const { rows } = await sql<{ is_new: boolean }>`
          with changed as (
            select from users join session_origins as own on own.user_id = users.id
            where users.id = ${userId} and users.disabled_at is null and own.session_id = ${sessionId}
              and own.epoch = users.epoch and own.expires_at > now()
            for share of users
          ), ${eventsOf(seal, { events })}
          select exists (select from logged) as is_new from changed`.execute(db);
        return rows[0] && (rows[0].is_new ? ("now" as const) : ("before" as const));
      };
      return await ifAnswerLost(revoke, async () =>
        (await areKept(events)) ? ("now" as const) : await revoke(),
      );
    },

    async confirmEpoch(userId, epoch, events, session) {
      const { sessionId = null, device = null, network = null, continues } = session ?? {};
      const stands = continues ? sql`not ${isRevoked(userId, continues)}` : sql`true`;
      // No lock on what may change: a change that commits after this read ends the session when it is
      // projected. The key is locked, so that the user is not deleted under the session's origin.
      const confirm = async () => {
        const { rows } = await sql`
          with changed as (
            select id from users
            where id = ${userId} and epoch = ${epoch} and disabled_at is null and ${stands}
            for key share
          ), ${eventsOf(seal, { events })}, originated as (
            insert into session_origins (session_id, user_id, epoch, device, network, expires_at)
            select ${sessionId}::uuid, id, ${epoch}::integer, ${device}, ${network}, ${session?.expiresAt ?? null}::timestamptz
            from changed where ${sessionId}::uuid is not null
            on conflict (session_id) do nothing
          ) select from changed`.execute(db);
        return rows.length > 0;
      };
      return await ifAnswerLost(confirm, async () => (await confirm()) || (await areKept(events)));
    },

    async originsOf(userId) {
      const rows = await db
        .selectFrom("session_origins")
        .selectAll()
        .where("user_id", "=", userId)
        .execute();
      return rows.map(({ session_id: sessionId, device, network }) => ({
        sessionId,
        device: device ?? undefined,
        network: network ?? undefined,
      }));
    },
  };
}

/** Its time to verify the address is over. */
const isOverdue = sql`email_verified_at is null and verify_by <= now()`;

const credentials = (row: UserRow | undefined) =>
  row && { user: toUser(row), passwordHash: row.password_hash ?? undefined };
