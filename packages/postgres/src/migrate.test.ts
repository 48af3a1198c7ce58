import { testServers } from "@postern/test-servers";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate, requireCurrentSchema } from "./migrate.ts";
import { type FreshDatabase, freshDatabase } from "./testing.ts";

describe("migrations", () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase(testServers());
    await sql`drop schema postern cascade`.execute(database.db);
  });
  afterAll(() => database.close());

  it("lets one of several simultaneous runners migrate, and knows what is pending", async () => {
    const { db } = database;
    await expect(requireCurrentSchema(db)).rejects.toThrow(
      "the schema postern lacks 0001-start, 0002-session-histories, 0003-events-in-order; run migrate first",
    );
    const runs = await Promise.all([migrate(db), migrate(db), migrate(db), migrate(db)]);
    expect(runs.flat()).toEqual(["0001-start", "0002-session-histories", "0003-events-in-order"]);
    await expect(requireCurrentSchema(db)).resolves.toBeUndefined();
    expect(await migrate(db)).toEqual([]);
  });
});
