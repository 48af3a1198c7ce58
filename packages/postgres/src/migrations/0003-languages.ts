import { type Kysely, sql } from "kysely";

/**
 * The language of each user. A column without a default: no row is rewritten, and processes of the
 * version before go on.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table postern.users add column language text`.execute(db);
}
