import { randomUUID } from "node:crypto";
import type { Seal } from "@postern/domain";
import { anEvent } from "@postern/domain/contract";
import { testServers } from "@postern/test-servers";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "./testing.ts";
import { postgresWebhookStore } from "./webhook-store.ts";

/** Seals with one key. Texts of removed keys do not open. */
function sealWith(newest: string, ...others: string[]): Seal {
  return {
    seal: (context, text) =>
      `${newest}.${Buffer.from(`${context}\n${text}`).toString("base64url")}`,
    isCurrent: (sealed) => sealed.startsWith(`${newest}.`),
    open(context, sealed) {
      const [keyId = "", body = ""] = sealed.split(".");
      if (![newest, ...others].includes(keyId)) throw new Error(`there is no key ${keyId}`);
      const [kept, text = ""] = Buffer.from(body, "base64url").toString().split("\n");
      if (kept !== context) throw new Error("sealed for another context");
      return { text, keyId };
    },
  };
}

describe("the webhook store", () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase(testServers());
  });
  afterAll(() => database.close());
  beforeEach(
    async () => void (await sql`delete from postern.webhook_endpoints`.execute(database.db)),
  );

  const store = (...keys: [string, ...string[]]) =>
    postgresWebhookStore(database.db, sealWith(...keys));
  async function added(eventTypes?: readonly string[]) {
    const [id, url] = [randomUUID(), "https://app.example.com/hook"];
    expect(await store("one").add({ id, url, eventTypes }, "whsec_a")).toBe(true);
    const endpoint = await store("one").find(id);
    if (!endpoint) throw new Error("the added endpoint was not found");
    return endpoint;
  }

  it("keeps endpoints, and their secrets encrypted", async () => {
    const endpoint = await added(["user.created"]);
    expect(endpoint).toMatchObject({ eventTypes: ["user.created"], pausedAt: undefined });
    expect(store("one").secretsOf(endpoint)).toEqual([{ secret: "whsec_a" }]);
    expect(await store("one").list()).toEqual([endpoint]);
    const { rows } = await sql`select * from postern.webhook_endpoints`.execute(database.db);
    expect(JSON.stringify(rows)).not.toContain("whsec_a");
  });

  it("lists the endpoints of an event type, and the paused ones", async () => {
    const [all, some] = [await added(), await added(["user.created"])];
    const { listening, pause, resume, ids } = store("one");
    expect((await listening("user.created")).toSorted()).toEqual([all.id, some.id].toSorted());
    await pause(all.id, "gone");
    expect(await listening("user.deleted")).toEqual([all.id]); // its events wait
    expect(await ids()).toEqual({ active: [some.id], paused: [all.id] });
    expect(await store("one").find(all.id)).toMatchObject({ pausedBecause: "gone" });
    await resume(all.id);
    expect((await ids()).paused).toEqual([]);
    expect(await pause(randomUUID(), "operator")).toBe(false);
  });

  it("returns the old secret beside the new one, and seals both again with a newer key", async () => {
    const endpoint = await added();
    const until = new Date("2026-01-02T03:04:05Z");
    await store("one").rotate(endpoint, "whsec_b", until);
    const secrets = [{ secret: "whsec_b" }, { secret: "whsec_a", until: until.toISOString() }];
    const faults: string[] = [];
    await store("two", "one").sealAgain((_, id) => faults.push(id));
    expect(faults).toEqual([]);
    await store("three").sealAgain((_, id) => faults.push(id)); // which has no key to open it
    expect(faults).toEqual([endpoint.id]);
    const again = await store("two").find(endpoint.id);
    expect(again && store("two").secretsOf(again)).toEqual(secrets);
  });

  it("shows, pauses and removes an endpoint whose key is missing", async () => {
    const { id } = await added();
    const later = store("two");
    const [endpoint] = await later.list();
    expect(() => endpoint && later.secretsOf(endpoint)).toThrow("no key one");
    expect(await later.pause(id, "operator")).toBe(true);
    expect(await later.remove(id)).toBe(true);
    expect(await later.remove(id)).toBe(false);
  });

  it("refuses endpoint 1,001", async () => {
    await sql`insert into postern.webhook_endpoints (id, url, sealed_secrets)
      select gen_random_uuid(), 'https://x', 'x' from generate_series(1, 1000)`.execute(
      database.db,
    );
    const given = { id: randomUUID(), url: "https://x", eventTypes: undefined };
    expect(await store("one").add(given, "whsec_a")).toBe(false);
    expect((await store("one").ids()).active).toHaveLength(1_000);
  });

  it("records attempts, the newest first, and none of a removed endpoint", async () => {
    const { id: endpointId } = await added();
    const { record, attempts, remove } = store("one");
    const eventId = anEvent(randomUUID() as never).id;
    const given = { endpointId, eventId, durationMs: 12, status: undefined, answer: "no answer" };
    await record({ ...given, attempt: 1 });
    await record({ ...given, attempt: 2, status: 204, answer: "" });
    expect(await attempts(endpointId, 10)).toMatchObject([
      { attempt: 2, status: 204, answer: "" },
      { attempt: 1, status: undefined, answer: "no answer", durationMs: 12 },
    ]);
    expect(await attempts(endpointId, 1)).toHaveLength(1);
    await remove(endpointId);
    await record({ ...given, attempt: 3 });
    expect(await attempts(endpointId, 10)).toEqual([]);
  });
});
