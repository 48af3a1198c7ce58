import type { TokenStore } from "@postern/domain";
import { type Kysely, sql } from "kysely";
import type { Schema } from "./schema.ts";

/** Tokens in a table, for installations without Redis. */
export function postgresTokenStore(db: Kysely<Schema>): TokenStore {
  return {
    async put(tokenHash, { purpose, userId, epoch, byMail, changeId }, ttlMs) {
      // Makes room as it goes: what has expired of the same user. What died with its epoch stays, so
      // that a retry of its use can be recognised.
      await sql`
        with holder as (
          select id from users where id = ${userId} for key share
        ), swept as (
          delete from tokens where user_id in (select id from holder) and expires_at <= now()
        )
        insert into tokens (token_hash, purpose, user_id, epoch, by_mail, change_id, expires_at)
        select ${tokenHash}, ${purpose}, id, ${epoch}::integer, ${byMail}, ${changeId ?? null}::uuid,
          now() + ${ttlMs}::double precision * interval '1 millisecond'
        from holder
        on conflict (token_hash) do nothing`.execute(db);
    },

    async find(purpose, tokenHash) {
      const row = await db
        .selectFrom("tokens")
        .selectAll()
        .where("token_hash", "=", tokenHash)
        .where("purpose", "=", purpose)
        .where("expires_at", ">", sql<Date>`now()`)
        .executeTakeFirst();
      if (!row) return undefined;
      const { user_id: userId, epoch, by_mail: byMail, change_id: changeId } = row;
      return { purpose, userId, epoch, byMail, ...(changeId && { changeId }) };
    },
  };
}
