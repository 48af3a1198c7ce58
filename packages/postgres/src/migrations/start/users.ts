import { type Kysely, sql } from "kysely";

/** Users, their devices, and their requested changes of address. */
export async function createUsers(db: Kysely<unknown>): Promise<void> {
  const now = sql`now()`;
  await db.schema
    .createTable("users")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("email", "text", (column) => column.notNull())
    .addColumn("email_key", "text", (column) => column.notNull().unique())
    .addColumn("password_hash", "text")
    .addColumn("epoch", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("revision", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("email_verified_at", "timestamptz")
    .addColumn("verify_by", "timestamptz")
    .addColumn("disabled_at", "timestamptz")
    .addColumn("idempotency_hash", "bytea")
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("updated_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .execute();
  await db.schema
    .createIndex("users_to_verify")
    .on("users")
    .column("verify_by")
    .where(sql.ref("email_verified_at"), "is", null)
    .execute();
  // Finds the highest cost of a stored bcrypt hash.
  await sql`
    create index users_bcrypt_cost on postern.users (substr(password_hash, 5, 2))
    where password_hash like '$2_$__$%'`.execute(db);

  await db.schema
    .createTable("devices")
    .addColumn("user_id", "uuid", (column) =>
      column.notNull().references("users.id").onDelete("cascade"),
    )
    .addColumn("device", "text", (column) => column.notNull())
    .addColumn("first_event_id", "uuid", (column) => column.notNull())
    .addPrimaryKeyConstraint("devices_of_user", ["user_id", "device"])
    .execute();

  await db.schema
    .createTable("email_changes")
    .addColumn("id", "uuid", (column) => column.primaryKey())
    .addColumn("user_id", "uuid", (column) =>
      column.notNull().references("users.id").onDelete("cascade"),
    )
    .addColumn("epoch", "integer", (column) => column.notNull())
    .addColumn("email", "text", (column) => column.notNull())
    .addColumn("email_key", "text", (column) => column.notNull())
    .addColumn("created_at", "timestamptz", (column) => column.notNull().defaultTo(now))
    .addColumn("expires_at", "timestamptz", (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex("email_changes_of_user")
    .on("email_changes")
    .column("user_id")
    .execute();
}
