import {
  epochContract,
  eventStoreContract,
  sessionLedgerContract,
  sessionStoreContract,
  tokenStoreContract,
  userStoreContract,
} from "@postern/domain/contract";
import { memorySeal } from "@postern/domain/memory";
import { HOSTILE_SETTINGS, testServers } from "@postern/test-servers";
import pg from "pg";
import { afterAll, beforeAll, describe } from "vitest";
import { postgresStores } from "./stores.ts";
import { type FreshDatabase, freshDatabase } from "./testing.ts";

describe.each([...HOSTILE_SETTINGS.map((setting) => [setting]), HOSTILE_SETTINGS])(
  "with %s",
  (...settings) => {
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
  },
);
