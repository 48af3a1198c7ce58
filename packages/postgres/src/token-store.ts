import type { TokenStore } from "@postern/domain";
import { type Kysely, sql } from "kysely";
import type { Schema } from "./schema.ts";

/** Tokens in a table, for installations without Redis. Those of an earlier epoch are not found. */
export function postgresTokenStore(db: Kysely<Schema>): TokenStore {
  return {
    async put(tokenHash, { purpose, userId, epoch }, ttlMs) {
      // Makes room as it goes: what has expired, or died with its epoch, of the same user.
      await sql`
        with swept as (
          delete from tokens using users
          where tokens.user_id = ${userId} and users.id = ${userId}
            and (tokens.expires_at <= now() or tokens.epoch < users.epoch)
        )
        insert into tokens (token_hash, purpose, user_id, epoch, expires_at)
        values (${tokenHash}, ${purpose}, ${userId}, ${epoch},
          now() + ${ttlMs}::double precision * interval '1 millisecond')
        on conflict (token_hash) do nothing`.execute(db);
    },

    async find(purpose, tokenHash) {
      const row = await db
        .selectFrom("tokens")
        .innerJoin("users", (join) =>
          join.onRef("users.id", "=", "tokens.user_id").onRef("users.epoch", "=", "tokens.epoch"),
        )
        .select(["tokens.purpose", "tokens.user_id", "tokens.epoch"])
        .where("tokens.token_hash", "=", tokenHash)
        .where("tokens.purpose", "=", purpose)
        .where("tokens.expires_at", ">", sql<Date>`now()`)
        .executeTakeFirst();
      return row && { purpose: row.purpose, userId: row.user_id, epoch: row.epoch };
    },
  };
}
