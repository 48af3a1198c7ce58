import { testServers } from "@postern/test-servers";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate, requireCurrentSchema } from "./migrate.ts";
import { planMigrations, planText } from "./migration-plan.ts";
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
      "the schema postern lacks 0001-start, 0002-session-histories, 0003-languages; run migrate first",
    );
    const runs = await Promise.all([migrate(db), migrate(db), migrate(db), migrate(db)]);
    expect(runs.flat()).toEqual(["0001-start", "0002-session-histories", "0003-languages"]);
    await expect(requireCurrentSchema(db)).resolves.toBeUndefined();
    expect(await migrate(db)).toEqual([]);
  });

  it("run what their plan says", async () => {
    const { db, execute } = database;
    const columns = async () => {
      const { rows } = await sql`
        select table_name, column_name, data_type, column_default
        from information_schema.columns where table_schema = 'postern'
          and table_name not like 'kysely%' order by 1, 2`.execute(db);
      return rows;
    };
    const migrated = await columns();
    expect(await planMigrations(db)).toEqual([]);
    await sql`drop schema postern, postern_queues cascade`.execute(db);
    const plan = await planMigrations(db);
    expect(plan.map(({ name }) => name)).toEqual([
      "0001-start",
      "0002-session-histories",
      "0003-languages",
    ]);
    expect(planText(plan)).toContain("-- 0002-session-histories\ncreate table");
    await sql`create schema postern`.execute(db);
    for (const statement of plan.flatMap(({ statements }) => statements)) await execute(statement);
    expect(await columns()).toEqual(migrated);
  });
});
