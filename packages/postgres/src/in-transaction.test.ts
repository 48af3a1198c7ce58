import { createUser } from "@postern/domain";
import { memoryPorts, memorySeal } from "@postern/domain/memory";
import type { PasswordHash } from "@postern/domain";
import { testServers } from "@postern/test-servers";
import { CamelCasePlugin, Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectPostgres } from "./connect.ts";
import { storesInTransaction } from "./in-transaction.ts";
import { migrate } from "./migrate.ts";
import { postgresStores } from "./stores.ts";
import { type FreshDatabase, freshDatabase } from "./testing.ts";

interface Application {
  readonly customers: { readonly userId: string; readonly plan: string };
}

/** An application with its own Kysely on the same database. */
describe.each(["postern", "their_auth"])("in a transaction of an application, in %s", (schema) => {
  let database: FreshDatabase;
  let application: Kysely<Application>;
  beforeEach(async () => {
    database = await freshDatabase(testServers());
    application = new Kysely({
      dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: database.url }) }),
      plugins: [new CamelCasePlugin()],
    });
    await database.execute("create table public.customers (user_id uuid unique, plan text)");
    const connection = connectPostgres({ url: database.url, schema });
    await migrate(connection.db, schema);
    await connection.close();
  });
  afterEach(async () => {
    await application.destroy();
    await database.close();
  });

  const passwordHash = "$2b$04$hash" as PasswordHash;
  const { clock, ids } = memoryPorts();

  async function signUp(email: string, plan: string | undefined) {
    return await application.transaction().execute(async (transaction) => {
      const { users } = storesInTransaction(transaction, memorySeal(), schema);
      const created = await createUser({ clock, ids, users }, { email, passwordHash });
      if (!created.ok) throw new Error(created.error);
      if (plan === undefined) throw new Error("no plan");
      await transaction
        .insertInto("customers")
        .values({ userId: created.value.id, plan })
        .execute();
      return created.value;
    });
  }

  async function stored() {
    const connection = connectPostgres({ url: database.url, schema });
    const { rows } = await connection.execute(`
      select (select count(*)::int from public.customers) as customers,
        (select count(*)::int from postern.users) as users,
        (select count(*)::int from postern.events) as events,
        (select count(*)::int from postern.outbox) as outbox`);
    await connection.close();
    return rows[0];
  }

  it("the user, its event and the application's row are all there, or none", async () => {
    const user = await signUp("bob@example.com", "gold");
    expect(user).toMatchObject({ emailKey: "bob@example.com", createdAt: expect.any(Date) });
    expect(await stored()).toEqual({ customers: 1, users: 1, events: 1, outbox: 1 });
    await expect(signUp("carol@example.com", undefined)).rejects.toThrow("no plan");
    await expect(signUp("Bob@Example.com", "gold")).rejects.toThrow("email_already_registered");
    expect(await stored()).toEqual({ customers: 1, users: 1, events: 1, outbox: 1 });
    const connection = connectPostgres({ url: database.url, schema });
    const { users } = postgresStores(connection.db, memorySeal());
    expect((await users.findById(user.id))?.email).toBe("bob@example.com");
    await connection.close();
  });
});
