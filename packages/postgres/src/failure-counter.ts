import type { FailureCounter } from "@postern/domain";
import { type Kysely, sql } from "kysely";
import type { Schema } from "./schema.ts";

/** Consecutive failures in the table `failure_counts`. */
export function postgresFailureCounter(db: Kysely<Schema>): FailureCounter {
  return {
    async reserve(key, cap, userId) {
      // Writes a row whether a place is left or not, so that both take the same time.
      const { rows } = await sql<{ is_reserved: boolean }>`
        insert into postern.failure_counts as counted (key, failures, is_reserved, user_id)
        values (${key}, case when ${cap}::integer > 0 then 1 else 0 end, ${cap}::integer > 0,
          ${userId ?? null}::uuid)
        on conflict (key) do update set
          is_reserved = counted.failures < ${cap}::integer,
          failures = counted.failures + case when counted.failures < ${cap}::integer then 1 else 0 end,
          user_id = coalesce(excluded.user_id, counted.user_id),
          updated_at = now()
        returning is_reserved`.execute(db);
      return rows[0]?.is_reserved === true;
    },

    async release(key) {
      await sql`
        update postern.failure_counts set failures = failures - 1, updated_at = now()
        where key = ${key} and failures > 0`.execute(db);
    },

    async reset(key) {
      await sql`delete from postern.failure_counts where key = ${key}`.execute(db);
    },

    async resetUser(userId) {
      await sql`delete from postern.failure_counts where user_id = ${userId}`.execute(db);
    },

    async list(userId) {
      const rows = await db
        .selectFrom("failure_counts")
        .select("failures")
        .where("user_id", "=", userId)
        .execute();
      return rows.map(({ failures }) => failures);
    },
  };
}
