import { aUser, anEvent } from "@postern/domain/contract";
import { startProxy, testServers } from "@postern/test-servers";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { postgresEventStore } from "./event-store.ts";
import { listenPostgres } from "./listen.ts";
import { freshDatabase } from "./testing.ts";
import { postgresUserStore } from "./user-store.ts";

const PATIENCE = { timeout: 15_000, interval: 5 };

async function opened() {
  const database = await freshDatabase(testServers());
  const url = new URL(database.url);
  const proxy = await startProxy(Number(url.port || 5432));
  url.host = `127.0.0.1:${proxy.port}`;
  const heard: string[] = [];
  const faults: Error[] = [];
  const listener = listenPostgres({
    url: url.href,
    channels: ["postern$outbox", "other"],
    onSignal: (channel, payload) => heard.push(`${channel} ${payload}`),
    onError: (error) => faults.push(error),
  });
  await expect.poll(() => heard, PATIENCE).toEqual(["postern$outbox ", "other "]);
  heard.length = 0;
  const close = async () => {
    await listener.close();
    await proxy.close();
    await database.close();
  };
  return { database, proxy, heard, faults, close };
}

describe("listening", () => {
  it("hears of an event when its transaction commits, and not before", async () => {
    const { database, heard, close } = await opened();
    const user = await aUser(postgresUserStore(database.db));
    await database.db.transaction().execute(async (transaction) => {
      await postgresEventStore(transaction).append([anEvent(user.id)]);
      await sql`select pg_notify('other', 'elsewhere')`.execute(database.db);
      await expect.poll(() => heard, PATIENCE).toEqual(["other elsewhere"]);
    });
    await expect.poll(() => heard, PATIENCE).toEqual(["other elsewhere", "postern$outbox "]);
    await close();
  });

  it("hears nothing of a write that stores no event", async () => {
    const { database, heard, close } = await opened();
    await aUser(postgresUserStore(database.db));
    await sql`select pg_notify('other', 'end')`.execute(database.db);
    await expect.poll(() => heard, PATIENCE).toEqual(["other end"]);
    await close();
  });

  it.each(["cut", "swallow"] as const)("connects again after the proxy's %s()", async (fault) => {
    const { database, proxy, heard, faults, close } = await opened();
    proxy[fault]();
    // Nobody knows which signals were missed, so `onSignal` is called once for every channel.
    await expect.poll(() => heard, PATIENCE).toEqual(["postern$outbox ", "other "]);
    expect(faults).toHaveLength(1);
    await sql`select pg_notify('other', 'again')`.execute(database.db);
    await expect.poll(() => heard, PATIENCE).toContain("other again");
    await close();
  });
});
