import { PGlite } from "@electric-sql/pglite";
import { aNewUser } from "@postern/domain/contract";
import { Kysely, PGliteDialect } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IN_DEFAULT_SCHEMA } from "./in-schema.ts";
import { migrate } from "./migrate.ts";
import type { Schema } from "./schema.ts";
import { postgresUserStore } from "./user-store.ts";

/** PGlite is one connection, so only Kysely's own lock separates callers. */
describe("Kysely on PGlite", () => {
  let db: Kysely<Schema>;
  beforeAll(async () => {
    db = new Kysely<Schema>({
      dialect: new PGliteDialect({ pglite: new PGlite() }),
      plugins: [...IN_DEFAULT_SCHEMA],
    });
    await migrate(db);
  });
  afterAll(() => db.destroy());

  it("keeps one caller's write out of another caller's transaction, which rolls back", async () => {
    const users = postgresUserStore(db);
    const user = aNewUser();
    const { promise: open, resolve: opened } = Promise.withResolvers<void>();
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
    const rolledBack = db.transaction().execute(async (trx) => {
      await trx.selectFrom("users").select("id").execute();
      opened();
      await mayEnd;
      throw new Error("rolled back");
    });
    await open;
    const written = users.create(user, []);
    // Time enough to slip into the transaction.
    await new Promise((resolve) => setTimeout(resolve, 50));
    end();
    await expect(rolledBack).rejects.toThrow("rolled back");
    expect(await written).toMatchObject({ id: user.id });
    expect(await users.findById(user.id)).toBeDefined();
  });

  it("goes on after a statement that fails", async () => {
    await expect(
      db
        .selectFrom("nothing" as "users")
        .selectAll()
        .execute(),
    ).rejects.toThrow("nothing");
    expect(await postgresUserStore(db).findById(aNewUser().id)).toBeUndefined();
  });
});
