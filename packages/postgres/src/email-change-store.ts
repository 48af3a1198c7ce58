import type { EmailChange, EmailChangeStore, Seal } from "@postern/domain";
import { type Kysely, type Selectable, sql } from "kysely";
import type { EmailChangesTable, Schema } from "./schema.ts";
import { userChanges } from "./user-change.ts";
import { holds, touched } from "./user-row.ts";

/** Changes of address that wait, in a table. A confirmation is one statement on `users`. */
export function postgresEmailChangeStore(db: Kysely<Schema>, seal?: Seal): EmailChangeStore {
  const { change, did } = userChanges(db, seal);
  const waiting = () =>
    db
      .selectFrom("email_changes")
      .selectAll()
      .where("expires_at", ">", sql<Date>`now()`)
      .orderBy("created_at");

  return {
    propose(holder, { id, email, emailKey, ttlMs }, events) {
      const statement = sql`
        insert into email_changes (id, user_id, epoch, email, email_key, expires_at)
        select ${id}::uuid, users.id, users.epoch, ${email}, ${emailKey},
          now() + ${ttlMs}::double precision * interval '1 millisecond'
        from users where ${holds(holder)} for key share
        on conflict (id) do nothing`;
      return did({ statement, events });
    },

    async find(id) {
      const row = await waiting().where("id", "=", id).executeTakeFirst();
      return row && toEmailChange(row);
    },

    async list(userId) {
      return (await waiting().where("user_id", "=", userId).execute()).map(toEmailChange);
    },

    async confirm({ userId, epoch, email, emailKey, keepsPassword, session }, events) {
      const statement = sql`
        update users set email = ${email}, email_key = ${emailKey}, email_verified_at = now(),
          epoch = epoch + 1, ${touched}
          ${keepsPassword ? sql`` : sql`, password_hash = null, reset_receipt = null`}
        where id = ${userId} and epoch = ${epoch} and disabled_at is null
          and ${session ? holds(session) : sql`true`}`;
      try {
        return await change({ userId, statement, events });
      } catch (error) {
        // The index decides who has an address; looking first would be a race.
        if (isUniqueViolation(error)) return "email_taken";
        throw error;
      }
    },
  };
}

const isUniqueViolation = (error: unknown) =>
  error instanceof Error && "code" in error && error.code === "23505";

function toEmailChange(row: Selectable<EmailChangesTable>): EmailChange {
  const { id, user_id: userId, epoch, email, email_key: emailKey } = row;
  return { id, userId, epoch, email, emailKey };
}
