import { testServers } from "@postern/test-servers";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate, requireCurrentSchema } from "./migrate.ts";
import { type FreshDatabase, freshDatabase } from "./testing.ts";

describe("migrations", () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase(testServers());
    await sql`drop schema public cascade`.execute(database.db);
    await sql`create schema public`.execute(database.db);
  });
  afterAll(() => database.close());

  it("lets one of several simultaneous runners migrate, and knows what is pending", async () => {
    const { db } = database;
    await expect(requireCurrentSchema(db)).rejects.toThrow(
      "lacks 0001-start, 0002-events, 0003-account, 0004-sessions, 0005-names, " +
        "0006-limits; run migrate first",
    );
    const runs = await Promise.all([migrate(db), migrate(db), migrate(db), migrate(db)]);
    expect(runs.flat()).toEqual([
      "0001-start",
      "0002-events",
      "0003-account",
      "0004-sessions",
      "0005-names",
      "0006-limits",
    ]);
    await expect(requireCurrentSchema(db)).resolves.toBeUndefined();
    expect(await migrate(db)).toEqual([]);
  });
});
