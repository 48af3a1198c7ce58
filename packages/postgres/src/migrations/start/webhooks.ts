import { type Kysely, sql } from "kysely";

/** Webhook endpoints, and what was posted to them. */
export async function createWebhooks(db: Kysely<unknown>): Promise<void> {
  const now = sql`now()`;
  await db.schema
    .createTable("webhook_endpoints")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("url", "text", (column) => column.notNull())
    .addColumn("event_types", sql`text[]`)
    .addColumn("sealed_secrets", "text", (column) => column.notNull())
    .addColumn("paused_at", "timestamptz")
    .addColumn("paused_because", "text")
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .execute();

  await db.schema
    .createTable("webhook_attempts")
    .addColumn("id", "bigint", (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn("endpoint_id", "uuid", (column) =>
      column.notNull().references("webhook_endpoints.id").onDelete("cascade"),
    )
    .addColumn("event_id", "uuid", (column) => column.notNull())
    .addColumn("attempt", "integer", (column) => column.notNull())
    .addColumn("attempted_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("duration_ms", "integer", (column) => column.notNull())
    .addColumn("status", "integer")
    .addColumn("answer", "text", (column) => column.notNull())
    .execute();
  const attempts = (name: string) => db.schema.createIndex(name).on("webhook_attempts");
  await attempts("webhook_attempts_of_endpoint").columns(["endpoint_id", "attempted_at"]).execute();
  await attempts("webhook_attempts_attempted").column("attempted_at").execute();
  await attempts("webhook_attempts_of_event").column("event_id").execute();
}
