import { PGlite } from "@electric-sql/pglite";
import {
  aTokenHash,
  aUser,
  deviceStoreContract,
  emailChangeStoreContract,
  epochContract,
  eventStoreContract,
  failureCounterContract,
  rateLimiterContract,
  sessionLedgerContract,
  sessionStoreContract,
  tokenStoreContract,
  userStoreContract,
} from "@postern/domain/contract";
import { memorySeal } from "@postern/domain/memory";
import { testServers } from "@postern/test-servers";
import { Kysely, PGliteDialect } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { IN_DEFAULT_SCHEMA } from "./in-schema.ts";
import { migrate } from "./migrate.ts";
import type { Schema } from "./schema.ts";
import { postgresStores } from "./stores.ts";
import { freshDatabase } from "./testing.ts";

interface Opened {
  readonly db: Kysely<Schema>;
  close(): Promise<void>;
}

async function onPglite(): Promise<Opened> {
  const db = new Kysely<Schema>({
    dialect: new PGliteDialect({ pglite: new PGlite() }),
    plugins: [...IN_DEFAULT_SCHEMA],
  });
  await migrate(db);
  return { db, close: () => db.destroy() };
}

const seal = memorySeal();
const onPostgres = () => freshDatabase(testServers());

/** The same code on both. PGlite has one connection, so its property runs are fewer. */
describe.each([
  { name: "postgres", open: onPostgres, runs: 40 },
  { name: "pglite", open: onPglite, runs: 20 },
])("$name", ({ open, runs }) => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await open();
  });
  afterAll(() => opened.close());

  const world = async () => ({
    ...postgresStores(opened.db, seal),
    // The database's clock cannot be moved, so a few milliseconds pass.
    pass: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)),
  });

  describe("user store", () => userStoreContract(world));
  describe("device store", () => deviceStoreContract(world));
  describe("e-mail change store", () => emailChangeStoreContract(world));
  describe("event store", () => eventStoreContract(world));
  describe("failure counter", () =>
    failureCounterContract(async () => {
      const { failures, users } = await world();
      return { counter: failures, aUserId: async () => (await aUser(users)).id };
    }));
  describe("rate limiter", () =>
    rateLimiterContract(async () => ({
      limiter: (await world()).limiter,
      pass: (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000)),
    })));
  describe("session ledger", () => sessionLedgerContract(world));
  describe("session store", () => sessionStoreContract(world));
  describe("token store", () => {
    tokenStoreContract(world);

    it("deletes a user's expired tokens when it stores the next one, but not the sole one", async () => {
      const { tokens, users, pass } = await world();
      const { id: userId, epoch } = await aUser(users);
      const claim = { purpose: "password_reset", userId, epoch, byMail: true } as const;
      const stored = () =>
        opened.db
          .selectFrom("tokens")
          .select("is_sole")
          .where("user_id", "=", userId)
          .orderBy("is_sole")
          .execute();
      await tokens.put(aTokenHash(), claim, 5);
      await tokens.replace(aTokenHash(), claim, 5);
      await pass(20);
      await tokens.put(aTokenHash(), claim, 60_000);
      expect(await stored()).toEqual([{ is_sole: false }, { is_sole: true }]);
    });
  });
  describe("the epoch", () => epochContract(world, { runs }));
});
