import { setTimeout as pause } from "node:timers/promises";
import { redisProgram, startRedis } from "@postern/test-servers";
import pg from "pg";
import { expect, it } from "vitest";
import { startEventService } from "./event-service.ts";
import {
  emails,
  forEach,
  PASSWORD,
  PATIENCE,
  register,
  repeats,
  requestReset,
} from "./event-traffic.ts";
import { visitor } from "./visitor.ts";

it("a transaction held open for 30 s while 1,000 others commit is not skipped", async () => {
  const service = await startEventService();
  await service.operate("webhooks", "add", `${service.receiver.url}/hook`);
  await service.startWorker();
  const client = new pg.Client({ connectionString: service.stores.environment["DATABASE_URL"] });
  await client.connect();
  const [late] = (await client.query<{ id: string }>("select gen_random_uuid() as id")).rows;
  const heldSince = performance.now();
  await client.query("begin");
  await client.query(
    `insert into postern.events (id, type, version, user_id, occurred_at, data)
     values ($1, 'user.enabled', 1, gen_random_uuid(), now(), '{}')`,
    [late?.id],
  );
  await client.query("insert into postern.outbox (event_id) values ($1)", [late?.id]);
  await forEach(emails(1_000, "other"), register(service));
  const posted = () =>
    new Set(service.receiver.received.map(({ headers }) => headers["webhook-id"]));
  await expect.poll(() => posted().size, PATIENCE).toBe(1_000);
  await pause(30_000 - (performance.now() - heldSince));
  expect(posted().has(late?.id)).toBe(false);
  await client.query("commit");
  const committedAt = performance.now();
  await expect.poll(() => posted().has(late?.id), { timeout: 10_000, interval: 1 }).toBe(true);
  const tookMs = Math.round(performance.now() - committedAt);
  const heldMs = Math.round(committedAt - heldSince);
  console.log("late commit", { heldMs, others: 1_000, skipped: 0, commitToEffectMs: tookMs });
  await client.end();
  await service.close();
});

it("FLUSHALL in mid-run loses no event", async () => {
  const program = redisProgram();
  if (!program) throw new Error("needs a redis-server");
  const redis = await startRedis(program);
  const environment = { REDIS_URL: `redis://127.0.0.1:${redis.port}` };
  const service = await startEventService({ environment });
  await service.operate("webhooks", "add", `${service.receiver.url}/hook`);
  await service.startWorker();
  const people = emails(300, "flushed");
  await forEach(people, register(service));
  const bob = visitor(service.api.origin);
  await bob.logIn(people[0] ?? "", PASSWORD);
  expect((await bob.profile()).status).toBe(200);
  const resetRequests = forEach(people, requestReset(service), 5);
  await pause(500);
  const { Redis } = await import("ioredis");
  const client = new Redis(environment.REDIS_URL);
  await client.flushall();
  client.disconnect();
  const flushedAt = performance.now();
  expect((await bob.profile()).status).toBe(403); // logged out, and nothing worse
  await bob.logIn(people[0] ?? "", PASSWORD);
  expect((await bob.profile()).status).toBe(200);
  const healedMs = Math.round(performance.now() - flushedAt);
  await resetRequests;
  await expect
    .poll(
      () => new Set(service.smtp.received.map(({ message }) => message.messageId)).size,
      PATIENCE,
    )
    .toBe(300);
  const events = await service.stores.query<{ id: string }>(
    "select id from postern.events where user_id is not null",
  );
  const posted = () =>
    new Set(service.receiver.received.map(({ headers }) => headers["webhook-id"])).size;
  await expect.poll(posted, PATIENCE).toBe(events.length);
  console.log("FLUSHALL", { events: events.length, lost: 0, loggedInAgainAfterMs: healedMs });
  await service.close();
  await redis.stop();
});

it("8 workers and 10,000 events have no duplicate effect", async () => {
  const service = await startEventService();
  const types = ["user.created", "user.password_reset_requested", "session.created"];
  for (const [index, type] of types.entries()) {
    await service.operate("webhooks", "add", `${service.receiver.url}/${index}`, "--types", type);
  }
  await Promise.all(Array.from({ length: 8 }, () => service.startWorker()));
  const startedAt = performance.now();
  const people = emails(2_500, "many");
  await forEach(people, register(service));
  await forEach(people, requestReset(service));
  await forEach(people, requestReset(service));
  await forEach(people, async (email) => {
    expect((await visitor(service.api.origin).logIn(email, PASSWORD)).status).toBe(200);
  });
  const { received } = service.receiver;
  const mails = service.smtp.received;
  await expect.poll(() => received.length, PATIENCE).toBeGreaterThanOrEqual(10_000);
  await expect.poll(() => mails.length, PATIENCE).toBeGreaterThanOrEqual(5_000);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  await pause(15_000); // time for repeats that should not come
  const posts = received.map(({ headers }) => headers["webhook-id"]);
  const tally = {
    events: new Set(posts).size,
    posts: posts.length,
    mails: mails.length,
    seconds,
    repeatedPosts: repeats(posts),
    repeatedMails: repeats(mails.map(({ message }) => message.messageId)),
  };
  console.log("8 workers", tally);
  expect(tally).toMatchObject({
    events: 10_000,
    posts: 10_000,
    mails: 5_000,
    repeatedPosts: 0,
    repeatedMails: 0,
  });
  await service.close();
});
