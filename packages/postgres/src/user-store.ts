import type { OutgoingEvent, Seal, User, UserId, UserStore } from "@postern/domain";
import { type Kysely, type RawBuilder, type Selectable, sql } from "kysely";
import { eventsOf } from "./event-log.ts";
import { postgresEventStore } from "./event-store.ts";
import { ifAnswerLost } from "./lost-answer.ts";
import type { Schema, UsersTable } from "./schema.ts";

type UserRow = Selectable<UsersTable>;

interface Change {
  readonly userId: UserId;
  /** Compares what it must, so that run a second time it changes nothing. */
  readonly statement: RawBuilder<unknown>;
  readonly events: readonly OutgoingEvent[];
  readonly otherwise?: readonly OutgoingEvent[];
}

/** Users in the table `users`. Each change is one statement that writes its events as well. */
export function postgresUserStore(db: Kysely<Schema>, seal?: Seal): UserStore {
  const log = postgresEventStore(db, seal);

  /** Runs the statement, and keeps `events` if it changed a row, `otherwise` if not. */
  async function run({ statement, ...kept }: Change): Promise<UserRow | undefined> {
    const { rows } = await sql<UserRow>`
      with changed as (${statement} returning *), ${eventsOf(seal, kept)} select * from changed`.execute(
      db,
    );
    return rows[0];
  }

  async function change(given: Change): Promise<User | undefined> {
    const row =
      given.events.length > 0
        ? await ifAnswerLost(
            () => run(given),
            async () => {
              const again = await run({ ...given, otherwise: [] });
              if (again) return again;
              // It changed nothing: because it had committed, or because there was nothing to change.
              if (await areKept(given.events)) return await byId(given.userId);
              if (given.otherwise) await log.append(given.otherwise);
              return undefined;
            },
          )
        : await run(given);
    return row && toUser(row);
  }

  /** Had the statement committed that should have kept them? */
  const areKept = async ([event]: readonly OutgoingEvent[]) =>
    event !== undefined && (await log.find(event.id)) !== undefined;

  const byId = (userId: UserId) => select().where("id", "=", userId).executeTakeFirst();
  const select = () => db.selectFrom("users").selectAll();

  return {
    create({ id, email, emailKey, passwordHash }, events, otherwise) {
      // The unique constraint decides who was first; looking before inserting would be a race.
      const insert = sql`
        insert into users (id, email, email_key, password_hash)
        values (${id}, ${email}, ${emailKey}, ${passwordHash ?? null})
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
      const row = await select().where("email_key", "=", emailKey).executeTakeFirst();
      return row && { user: toUser(row), passwordHash: row.password_hash ?? undefined };
    },

    replacePassword({ userId, expectedEpoch, passwordHash }, events) {
      // The row's lock lets a single caller through at each epoch.
      const update = sql`
        update users set password_hash = ${passwordHash}, epoch = epoch + 1, ${touched}
        where id = ${userId} and epoch = ${expectedEpoch} and disabled_at is null`;
      return change({ userId, statement: update, events });
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

    async delete(userId, events) {
      const isThere = async () => (await run({ userId, statement, events })) !== undefined;
      const statement = sql`delete from users where id = ${userId}`;
      return await ifAnswerLost(isThere, async () => (await isThere()) || (await areKept(events)));
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

    async confirmEpoch(userId, epoch, events) {
      // Needs no lock: a change that commits after this read ends the session when it is projected.
      const confirm = async () => {
        const { rows } = await sql`
          with changed as (
            select id from users
            where id = ${userId} and epoch = ${epoch} and disabled_at is null
          ), ${eventsOf(seal, { events })} select from changed`.execute(db);
        return rows.length > 0;
      };
      return await ifAnswerLost(confirm, async () => (await confirm()) || (await areKept(events)));
    },
  };
}

/** What every update of a user does. */
const touched = sql`revision = revision + 1, updated_at = now()`;

function toUser(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    emailKey: row.email_key,
    epoch: row.epoch,
    revision: row.revision,
    emailVerifiedAt: row.email_verified_at ?? undefined,
    disabledAt: row.disabled_at ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
