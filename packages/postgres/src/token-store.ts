import type { TokenClaim, TokenHash, TokenStore, UserId } from "@postern/domain";
import { type Kysely, sql } from "kysely";
import type { Schema } from "./schema.ts";

/** Tokens in a table, for installations without Redis. */
export function postgresTokenStore(db: Kysely<Schema>): TokenStore {
  /** Locks the user's key against a deletion, and deletes the user's expired tokens. */
  const ownerAndSweep = (userId: UserId) => sql`
    owner as (
      select id from postern.users where id = ${userId} for key share
    ), swept as (
      delete from postern.tokens
      where user_id in (select id from owner) and expires_at <= now() and not is_sole
    )`;

  const insert = (tokenHash: TokenHash, claim: TokenClaim, ttlMs: number, isSole: boolean) => sql`
    insert into postern.tokens
      (token_hash, purpose, user_id, epoch, by_mail, change_id, expires_at, is_sole)
    select ${tokenHash}, ${claim.purpose}, id, ${claim.epoch}::integer, ${claim.byMail},
      ${claim.changeId ?? null}::uuid,
      now() + ${ttlMs}::double precision * interval '1 millisecond', ${isSole}
    from owner`;

  return {
    async put(tokenHash, claim, ttlMs) {
      await sql`
        with ${ownerAndSweep(claim.userId)}
        ${insert(tokenHash, claim, ttlMs, false)}
        on conflict (token_hash) do nothing`.execute(db);
    },

    async replace(tokenHash, claim, ttlMs) {
      await sql`
        with ${ownerAndSweep(claim.userId)}
        ${insert(tokenHash, claim, ttlMs, true)}
        on conflict (user_id, purpose) where is_sole do update set
          token_hash = excluded.token_hash, epoch = excluded.epoch, by_mail = excluded.by_mail,
          change_id = excluded.change_id, expires_at = excluded.expires_at`.execute(db);
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
