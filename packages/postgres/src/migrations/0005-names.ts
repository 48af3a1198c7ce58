import { type Kysely, sql } from "kysely";

/** Renames the table of the session ledger, and adds tokens that replace each other. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table session_origins rename to session_records`.execute(db);
  await sql`alter table session_records rename column session_id to id`.execute(db);
  await sql`alter index session_origins_of_user rename to session_records_of_user`.execute(db);
  await sql`alter index session_origins_expired rename to session_records_expired`.execute(db);
  await sql`alter table users rename column reset_receipt to idempotency_hash`.execute(db);

  await db.schema
    .alterTable("tokens")
    .addColumn("is_sole", "boolean", (column) => column.notNull().defaultTo(false))
    .execute();
  // The newest of the tokens that replace each other takes the row of the one before.
  await sql`
    create unique index tokens_sole on tokens (user_id, purpose) where is_sole`.execute(db);
}
