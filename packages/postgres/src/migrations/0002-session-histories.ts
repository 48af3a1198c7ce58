import { type Kysely, sql } from "kysely";

/**
 * Which history of Redis counts, for each partition of the users, and the order in which
 * transactions recorded events. Expands only: the earlier version's processes go on beside it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // fillfactor: each row is updated every second, in its own page.
  await sql`
    create table postern.session_histories (
      partition smallint primary key,
      generation bigint not null default 0,
      history text,
      is_settled boolean not null default true,
      source text,
      beat bigint not null default 0,
      position xid8 not null default '0'
    ) with (fillfactor = 40)`.execute(db);
  await sql`
    insert into postern.session_histories (partition) select generate_series(0, 63)`.execute(db);
  // A new column with this default would rewrite the table: the default comes after it. Earlier
  // events stay NULL; no mark is older than this migration.
  await sql`alter table postern.events add column recorded_in xid8`.execute(db);
  await sql`
    alter table postern.events alter column recorded_in
    set default pg_current_xact_id()`.execute(db);
}
