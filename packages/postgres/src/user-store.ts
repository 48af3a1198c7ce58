import type { Seal, TokenHash, UserId, UserStore } from "@postern/domain";
import { type Kysely, sql } from "kysely";
import { eventsOf } from "./event-log.ts";
import { retryIfAmbiguous } from "./ambiguous-commit.ts";
import type { Schema } from "./schema.ts";
import { userChanges } from "./user-change.ts";
import { bumpRevision, isAllowed, sessionIsCurrent, toUser, type UserRow } from "./user-row.ts";

/** Users in the table `users`. Each change is one statement that writes its events as well. */
export function postgresUserStore(db: Kysely<Schema>, seal?: Seal): UserStore {
  const { apply, applyAndRead, isCommitted } = userChanges(db, seal);
  const select = () => db.selectFrom("users").selectAll();
  const byId = (userId: UserId) => select().where("id", "=", userId).executeTakeFirst();

  return {
    create({ id, email, emailKey, passwordHash, language, ...given }, events, eventsIfTaken) {
      // The unique constraint decides who was first. Check-then-insert would be a race.
      const insert = sql`
        insert into postern.users (id, email, email_key, password_hash, language, verify_by)
        values (${id}, ${email}, ${emailKey}, ${passwordHash ?? null}, ${language ?? null},
          now() + ${given.verifyWithinMs ?? null}::double precision * interval '1 millisecond')
        on conflict (email_key) do nothing`;
      const change = { userId: id, statement: insert, events };
      return applyAndRead(eventsIfTaken ? { ...change, eventsIfTaken } : change);
    },

    async findById(userId) {
      const row = await byId(userId);
      return row && toUser(row);
    },

    async findByEmail(emailKey) {
      const row = await select().where("email_key", "=", emailKey).executeTakeFirst();
      return row && toUser(row);
    },

    async findCredentialsByEmail(emailKey) {
      return credentials(await select().where("email_key", "=", emailKey).executeTakeFirst());
    },

    async findCredentialsById(userId) {
      return credentials(await byId(userId));
    },

    replacePassword({ userId, expectedEpoch, passwordHash, ...given }, events) {
      const { actingSession, idempotencyHash, verifiesEmail = false, language } = given;
      const hashBytes = idempotencyHash === undefined ? null : toBytes(idempotencyHash);
      // The row lock lets a single caller through at each epoch.
      const update = sql`
        update postern.users set password_hash = ${passwordHash}, epoch = epoch + 1, ${bumpRevision},
          idempotency_hash = ${hashBytes}::bytea,
          language = case when ${verifiesEmail} and email_verified_at is null
            then ${language ?? null}::text else language end,
          email_verified_at = coalesce(email_verified_at, case when ${verifiesEmail} then now() end)
        where id = ${userId} and epoch = ${expectedEpoch} and disabled_at is null
          and ${isAllowed(actingSession)}`;
      return applyAndRead({ userId, statement: update, events });
    },

    async findByIdempotencyHash(userId, idempotencyHash) {
      const row = await byId(userId);
      const stored = row?.idempotency_hash;
      const isSame = stored && Buffer.from(stored).equals(toBytes(idempotencyHash));
      return isSame ? toUser(row) : undefined;
    },

    verifyEmail({ userId, expectedEpoch, keepsPassword, language, actingSession }, events) {
      const cleared = sql`, password_hash = null, idempotency_hash = null, epoch = epoch + 1,
        language = ${language ?? null}::text`;
      const update = sql`
        update postern.users set email_verified_at = now(), ${bumpRevision} ${keepsPassword ? sql`` : cleared}
        where id = ${userId} and epoch = ${expectedEpoch} and disabled_at is null
          and email_verified_at is null and ${isAllowed(actingSession)}`;
      return applyAndRead({ userId, statement: update, events });
    },

    raiseEpoch(actingSession, events) {
      const update = sql`
        update postern.users set epoch = epoch + 1, ${bumpRevision} where ${sessionIsCurrent(actingSession)}`;
      return applyAndRead({ userId: actingSession.userId, statement: update, events });
    },

    setLanguage(actingSession, language) {
      const update = sql`
        update postern.users set language = ${language}, updated_at = now()
        where ${sessionIsCurrent(actingSession)}`;
      const set = () =>
        applyAndRead({ userId: actingSession.userId, statement: update, events: [] });
      return retryIfAmbiguous(set, set); // setting it twice is harmless
    },

    rehash({ userId, expectedEpoch, expectedHash, passwordHash }) {
      const update = sql`
        update postern.users set password_hash = ${passwordHash}, ${bumpRevision}
        where id = ${userId} and epoch = ${expectedEpoch} and password_hash = ${expectedHash}`;
      return applyAndRead({ userId, statement: update, events: [] });
    },

    disable(userId, events) {
      const update = sql`
        update postern.users set disabled_at = now(), epoch = epoch + 1, ${bumpRevision}
        where id = ${userId} and disabled_at is null`;
      return applyAndRead({ userId, statement: update, events });
    },

    enable(userId, events) {
      const update = sql`
        update postern.users set disabled_at = null, ${bumpRevision}
        where id = ${userId} and disabled_at is not null`;
      return applyAndRead({ userId, statement: update, events });
    },

    delete(userId, events, actingSession) {
      const statement = sql`
        delete from postern.users where id = ${userId} and ${isAllowed(actingSession)}`;
      return apply({ statement, events });
    },

    deleteUnverified(userId, events) {
      const statement = sql`delete from postern.users where id = ${userId} and ${isOverdue}`;
      return apply({ statement, events });
    },

    async listUnverified(limit) {
      const { rows } = await sql<UserRow>`
        select * from postern.users where ${isOverdue} order by verify_by limit ${limit}`.execute(
        db,
      );
      return rows.map(toUser);
    },

    async endSessions(userIds, events) {
      const end = async () => {
        const { rows } = await sql<UserRow>`
          with changed as (
            update postern.users set epoch = epoch + 1, ${bumpRevision}
            where id in (select unnest(${[...userIds]}::uuid[]) order by 1)
            returning *
          ), ${eventsOf(seal, { events, where: sql`user_id in (select id from changed)` })}
          select * from changed`.execute(db);
        return rows.map(toUser);
      };
      return await retryIfAmbiguous(end, async () => {
        const committed = await Promise.all(events.map((event) => isCommitted([event])));
        if (!committed.some(Boolean)) return await end();
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
  };
}

/** A condition on `users`: the time to verify the address is over. */
const isOverdue = sql`email_verified_at is null and verify_by <= now()`;

const credentials = (row: UserRow | undefined) =>
  row && { user: toUser(row), passwordHash: row.password_hash ?? undefined };

/** A hash of 64 hexadecimal digits as bytes. */
const toBytes = (hash: TokenHash) => Buffer.from(hash, "hex");
