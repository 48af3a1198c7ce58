import { type Kysely, sql } from "kysely";
import { createEvents } from "./start/events.ts";
import { createLimits } from "./start/limits.ts";
import { createSessions } from "./start/sessions.ts";
import { createUsers } from "./start/users.ts";
import { createWebhooks } from "./start/webhooks.ts";

/** All tables of the first release. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // pg-boss fills this schema. It is created here, so that the worker's role needs no right to
  // create schemas.
  await sql`
    do $$ begin
      if not exists (select from pg_namespace where nspname = 'postern_queues') then
        create schema postern_queues;
      end if;
    end $$`.execute(db);
  await createUsers(db);
  await createEvents(db);
  await createSessions(db);
  await createLimits(db);
  await createWebhooks(db);
}
