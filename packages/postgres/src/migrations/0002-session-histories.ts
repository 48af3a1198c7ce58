import { type Kysely, sql } from "kysely";

/**
 * Which history of Redis counts, for each partition of the users, and which revocations were told
 * to Redis. New tables only: no writer waits, and processes of the version before go on.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // fillfactor: each row is updated again and again, in its own page.
  await sql`
    create table postern.session_histories (
      partition smallint primary key,
      generation bigint not null default 0,
      history text,
      is_settled boolean not null default true,
      source text,
      beat bigint not null default 0,
      beat_at timestamptz not null default now(),
      position xid8 not null default '0'
    ) with (fillfactor = 40)`.execute(db);
  await sql`
    insert into postern.session_histories (partition) select generate_series(0, 63)`.execute(db);
  await sql`
    create table postern.session_revocations (
      id bigint generated always as identity primary key,
      recorded_in xid8 not null default pg_current_xact_id(),
      recorded_at timestamptz not null default now(),
      user_id uuid not null,
      session_id uuid
    )`.execute(db);
  await sql`
    create index session_revocations_in_order on postern.session_revocations (recorded_in, id)`.execute(
    db,
  );
}
