import type { User, UserEvent, UserStore } from "@postern/domain";
import { type Kysely, type RawBuilder, type Selectable, sql } from "kysely";
import { eventsOf } from "./event-log.ts";
import type { Schema, UsersTable } from "./schema.ts";

type UserRow = Selectable<UsersTable>;

/** Users in the table `users`. Each change is one statement that writes its events as well. */
export function postgresUserStore(db: Kysely<Schema>): UserStore {
  /** Runs `statement`, and keeps `events` if it changed a row, `otherwise` if not. */
  async function change(
    statement: RawBuilder<unknown>,
    events: readonly UserEvent[],
    otherwise: readonly UserEvent[] = [],
  ): Promise<User | undefined> {
    const { rows } = await sql<UserRow>`
      with changed as (${statement} returning *), ${eventsOf(events, otherwise)} select * from changed`.execute(
      db,
    );
    return rows[0] && toUser(rows[0]);
  }

  const select = () => db.selectFrom("users").selectAll();

  return {
    create({ id, email, emailKey, passwordHash }, events, otherwise) {
      // The unique constraint decides who was first; looking before inserting would be a race.
      const insert = sql`
        insert into users (id, email, email_key, password_hash)
        values (${id}, ${email}, ${emailKey}, ${passwordHash ?? null})
        on conflict (email_key) do nothing`;
      return change(insert, events, otherwise);
    },

    async find(userId) {
      const row = await select().where("id", "=", userId).executeTakeFirst();
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
      return change(update, events);
    },

    rehash({ userId, expectedEpoch, expectedHash, passwordHash }) {
      const update = sql`
        update users set password_hash = ${passwordHash}, ${touched}
        where id = ${userId} and epoch = ${expectedEpoch} and password_hash = ${expectedHash}`;
      return change(update, []);
    },

    disable(userId, events) {
      const update = sql`
        update users set disabled_at = now(), epoch = epoch + 1, ${touched}
        where id = ${userId} and disabled_at is null`;
      return change(update, events);
    },

    enable(userId, events) {
      const update = sql`
        update users set disabled_at = null, ${touched}
        where id = ${userId} and disabled_at is not null`;
      return change(update, events);
    },

    async confirmEpoch(userId, epoch, events) {
      // Needs no lock: a change that commits after this read ends the session when it is projected.
      const { rows } = await sql`
        with changed as (
          select id from users
          where id = ${userId} and epoch = ${epoch} and disabled_at is null
        ), ${eventsOf(events)} select from changed`.execute(db);
      return rows.length > 0;
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
