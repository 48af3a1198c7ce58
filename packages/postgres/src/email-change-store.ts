import type { EmailChange, EmailChangeStore, Seal } from "@postern/domain";
import { type Kysely, type Selectable, sql } from "kysely";
import type { EmailChangesTable, Schema } from "./schema.ts";
import { userChanges } from "./user-change.ts";
import { bumpRevision, isAllowed, sessionIsCurrent } from "./user-row.ts";

/** Requested changes of address in a table. A confirmation is one statement on `users`. */
export function postgresEmailChangeStore(db: Kysely<Schema>, seal?: Seal): EmailChangeStore {
  const { apply, applyAndRead } = userChanges(db, seal);
  const waiting = () =>
    db
      .selectFrom("email_changes")
      .selectAll()
      .where("expires_at", ">", sql<Date>`now()`)
      .orderBy("created_at");

  return {
    propose(actingSession, { id, email, emailKey, ttlMs }, events) {
      const statement = sql`
        insert into postern.email_changes (id, user_id, epoch, email, email_key, expires_at)
        select ${id}::uuid, users.id, users.epoch, ${email}, ${emailKey},
          now() + ${ttlMs}::double precision * interval '1 millisecond'
        from postern.users where ${sessionIsCurrent(actingSession)} for key share
        on conflict (id) do nothing`;
      return apply({ statement, events });
    },

    async find(id) {
      const row = await waiting().where("id", "=", id).executeTakeFirst();
      return row && toEmailChange(row);
    },

    async list(userId) {
      return (await waiting().where("user_id", "=", userId).execute()).map(toEmailChange);
    },

    async confirm({ userId, epoch, email, emailKey, keepsPassword, ...given }, events) {
      const { actingSession, language } = given;
      const cleared = sql`, password_hash = null, idempotency_hash = null,
        language = ${language ?? null}::text`;
      const statement = sql`
        update postern.users set email = ${email}, email_key = ${emailKey}, email_verified_at = now(),
          epoch = epoch + 1, ${bumpRevision}
          ${keepsPassword ? sql`` : cleared}
        where id = ${userId} and epoch = ${epoch} and disabled_at is null
          and ${isAllowed(actingSession)}`;
      try {
        return await applyAndRead({ userId, statement, events });
      } catch (error) {
        // The unique index decides who has an address. Check-then-act would be a race.
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
