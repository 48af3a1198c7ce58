import { DatabaseSync } from "node:sqlite";
import { userStoreContract } from "@postern/domain/contract";
import { describe } from "vitest";
import { sqliteEvents, sqliteUserStore } from "./sqlite-user-store.ts";

describe("users in SQLite", () => {
  const db = new DatabaseSync(":memory:");
  const users = sqliteUserStore(db);
  userStoreContract(async () => ({ users, events: sqliteEvents(db) }));
});
