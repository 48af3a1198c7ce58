import { existsSync } from "node:fs";
import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { postern, posternInto } from "./api-process.ts";
import { type EventService, startEventService } from "./event-service.ts";
import { fullStores } from "./stores.ts";
import { anEmail, visitor } from "./visitor.ts";

/** More than the 64 KiB that a pipe holds by itself. */
const EVENTS = 1_000;

describe.skipIf(!testServers().redisUrl)("the operator's commands", () => {
  let service: EventService;
  beforeAll(async () => {
    service = await startEventService({
      answerPost: ({ path }) => (path === "/good" ? {} : { status: 500, body: "not now" }),
    });
    await service.stores.query(
      `insert into postern.events (id, type, version, user_id, occurred_at, data)
       select gen_random_uuid(), 'user.enabled', 1, gen_random_uuid(), now(), '{}'
       from generate_series(1, ${EVENTS})`,
    );
  });
  afterAll(() => service?.close());

  const list = ["events", "list", "--limit", String(EVENTS)];

  it("write all their output into a pipe that is read slowly", async () => {
    const json = await posternInto("| (sleep 2; cat)", service.environment, "--json", ...list);
    expect(json.code).toBe(0);
    expect(json.read.length).toBeGreaterThan(128 * 1024);
    expect(JSON.parse(json.read)).toHaveLength(EVENTS);
    const table = await posternInto("| (sleep 2; cat)", service.environment, ...list);
    expect(table.code).toBe(0);
    expect(table.read.trim().split("\n")).toHaveLength(EVENTS + 1);
  });

  it("end quietly when the reader of a pipe leaves early", async () => {
    const { code, read, stderr } = await posternInto("| head -c 10", service.environment, ...list);
    expect({ code, read: read.length, stderr }).toEqual({ code: 0, read: 10, stderr: "code 0\n" });
  });

  it.skipIf(!existsSync("/dev/full"))(
    "report that a disk is full, without a stack trace",
    async () => {
      const { code, stderr } = await posternInto(">/dev/full", service.environment, ...list);
      expect([code, stderr]).toEqual([1, "ENOSPC: no space left on device, write\ncode 1\n"]);
    },
  );

  it("finish a bulk command whose messages nobody reads any more", async () => {
    const { query } = service.stores;
    await query(
      `insert into postern.users (id, email, email_key)
       select gen_random_uuid(), n || '@bulk.example', n || '@bulk.example'
       from generate_series(1, 1201) n`,
    );
    await posternInto("2>&1 | head -n 1", service.environment, "sessions", "end-all", "--yes");
    const epochs = "select distinct epoch from postern.users where email like '%@bulk.example'";
    expect(await query(epochs)).toEqual([{ epoch: 1 }]);
  });

  it.each([
    ["is not migrated", "drop schema postern cascade", /migrate/],
    ["has no queues", "drop schema postern_queues cascade", /postern_queues/],
  ])("end soon when the database %s", async (_, statement, message) => {
    const stores = await fullStores();
    try {
      await stores.query(statement);
      const environment = { ...service.environment, ...stores.environment };
      const startedAt = performance.now();
      const { code, stderr } = await postern(environment, "users", "find", "bob@example.com");
      expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
      expect(performance.now() - startedAt).toBeLessThan(20_000);
    } finally {
      await stores.close();
    }
  });

  it("create and find a user of an international domain, as the API does", async () => {
    const local = `bob-${Date.now()}`;
    const [unicode, ascii] = [`${local}@bücher.example`, `${local}@xn--bcher-kva.example`];
    const created = await service.operate("users", "create", unicode, "--no-mail");
    expect(created).toMatchObject({ email: ascii });
    expect(await service.operate("users", "find", unicode)).toEqual(created);
    expect(await service.operate("users", "find", ascii)).toEqual(created);

    const registered = anEmail("idn").replace("example.com", "bücher.example");
    const { status } = await visitor(service.api.origin).register(registered, "seven tortoises");
    expect(status).toBe(202);
    expect(await service.operate("users", "find", registered)).toMatchObject({
      email: registered.replace("bücher", "xn--bcher-kva"),
    });
    expect((await postern(service.environment, "users", "create", registered)).code).toBe(2);
  });

  it.each([
    ["answers with an error", "/bad", { status: 500, answer: "not now" }],
    ["does not answer", undefined, { status: null }],
  ])("fail when the endpoint of a webhook test %s", async (_, path, expected) => {
    const url = path ? `${service.receiver.url}${path}` : "http://127.0.0.1:1/";
    const { id } = (await service.operate("webhooks", "add", url)) as { id: string };
    const test = await postern(service.environment, "--json", "webhooks", "test", id);
    expect(test.code).toBe(1);
    expect(JSON.parse(test.stdout)).toMatchObject(expected);
    expect(test.stderr).toBe("the endpoint did not accept the event\n");
  });

  it("succeed when the endpoint of a webhook test accepts the event", async () => {
    const url = `${service.receiver.url}/good`;
    const { id } = (await service.operate("webhooks", "add", url)) as { id: string };
    expect(await service.operate("webhooks", "test", id)).toMatchObject({ status: 204 });
  });
});
