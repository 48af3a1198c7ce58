import {
  epochContract,
  eventStoreContract,
  sessionLedgerContract,
  sessionStoreContract,
  tokenStoreContract,
  userStoreContract,
} from "@postern/domain/contract";
import { memorySeal } from "@postern/domain/memory";
import { testServers } from "@postern/test-servers";
import pg from "pg";
import { afterAll, beforeAll, describe } from "vitest";
import { postgresStores } from "./stores.ts";
import { type FreshDatabase, freshDatabase } from "./testing.ts";

/** Settings that a database or a role may have. The service depends on none of them. */
export const HOSTILE = [
  "DateStyle = 'German, DMY'",
  "TimeZone = 'Pacific/Chatham'",
  "search_path = 'nowhere'",
  "bytea_output = 'escape'",
  "standard_conforming_strings = 'off'",
  "default_transaction_isolation = 'serializable'",
  "IntervalStyle = 'sql_standard'",
  "statement_timeout = '50ms'",
];

describe.each([...HOSTILE.map((setting) => [setting]), HOSTILE])("with %s", (...settings) => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase(testServers());
    const { pathname } = new URL(database.url);
    const admin = new pg.Client({ connectionString: testServers().postgresUrl });
    await admin.connect();
    for (const setting of settings)
      await admin.query(`alter database "${pathname.slice(1)}" set ${setting}`);
    await admin.end();
  });
  afterAll(() => database.close());

  const world = async () => ({
    ...postgresStores(database.db, memorySeal()),
    pass: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  });
  describe("user store", () => userStoreContract(world));
  describe("event store", () => eventStoreContract(world));
  describe("session ledger", () => sessionLedgerContract(world));
  describe("session store", () => sessionStoreContract(world));
  describe("token store", () => tokenStoreContract(world));
  describe("the epoch", () => epochContract(world, { runs: 3 }));
});
