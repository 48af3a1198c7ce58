import { aTokenHash, aUser } from "@postern/domain/contract";
import { Unavailable } from "@postern/domain";
import { memorySeal } from "@postern/domain/memory";
import { testServers } from "@postern/test-servers";
import { sql } from "kysely";
import { expect, it } from "vitest";
import { connectPostgres } from "./connect.ts";
import { postgresStores } from "./stores.ts";
import { freshDatabase } from "./testing.ts";

const HOUR_MS = 3_600_000;

it("sessions are checked where nothing can be written, as on a standby", async () => {
  const database = await freshDatabase(testServers());
  const { sessions, users } = postgresStores(database.db, memorySeal());
  const user = await aUser(users);
  const tokenHash = aTokenHash();
  const rules = { idleMs: HOUR_MS, absoluteMs: HOUR_MS, touchEveryMs: 0 };
  const session = await sessions.open({ tokenHash, user, rules });
  const { pathname } = new URL(database.url);
  await sql`alter database ${sql.id(pathname.slice(1))} set default_transaction_read_only = on`.execute(
    database.db,
  );
  const standby = connectPostgres({ url: database.url });
  const onStandby = postgresStores(standby.db, memorySeal()).sessions;
  const checked = await onStandby.check(user.id, tokenHash, rules);
  expect(checked?.session.id).toBe(session?.id);
  if (!session) throw new Error("the session was not opened");
  // A write is not pretended.
  await expect(onStandby.end(user.id, session.id)).rejects.toThrow(Unavailable);
  await standby.close();
  await database.close();
});
