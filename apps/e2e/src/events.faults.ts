import { setTimeout as pause } from "node:timers/promises";
import { redisProgram, startRedis } from "@postern/test-servers";
import pg from "pg";
import { expect, it } from "vitest";
import { type EventService, startEventService } from "./event-service.ts";
import { anEmail, visitor } from "./visitor.ts";

const PASSWORD = "MyPwdOfBob";
const PATIENCE = { timeout: 300_000, interval: 200 };
const LANES = 24;

/** Does `act` for each, a few at a time; `everyMs` apart if given. */
async function forEach<Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<unknown>,
  everyMs = 0,
) {
  const waiting = [...items];
  const startedAt = performance.now();
  let begun = 0;
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      await pause(Math.max(0, startedAt + everyMs * begun++ - performance.now()));
      await act(item);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

const emails = (count: number, name: string) => Array.from({ length: count }, () => anEmail(name));
const register =
  ({ api }: EventService) =>
  async (email: string) => {
    const { status } = await visitor(api.origin).register(email, PASSWORD);
    expect(status).toBe(202);
  };
const forget =
  ({ api }: EventService) =>
  async (email: string) => {
    const { status } = await visitor(api.origin).send("POST", "/reset_password", { email });
    expect(status).toBe(202);
  };
const repeats = (ids: readonly unknown[]) => ids.length - new Set(ids).size;

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN);
}

/** Milliseconds from the commit of each event to its first effect at the receiver. */
async function latencies({ stores, receiver }: EventService, path: (path: string) => boolean) {
  const rows = await stores.query<{ id: string; at: string }>(
    "select id, extract(epoch from recorded_at) * 1000 as at from events",
  );
  const committed = new Map(rows.map(({ id, at }) => [id, Number.parseFloat(at)]));
  return receiver.received
    .filter((post) => path(post.path))
    .map(({ headers, at }) => at - (committed.get(String(headers["webhook-id"])) ?? NaN));
}

it("a commit that is held open for 30 s while 1,000 others pass is not skipped", async () => {
  const service = await startEventService();
  await service.operate("webhooks", "add", `${service.receiver.url}/hook`);
  await service.startWorker();
  const client = new pg.Client({ connectionString: service.stores.environment["DATABASE_URL"] });
  await client.connect();
  const [late] = (await client.query<{ id: string }>("select gen_random_uuid() as id")).rows;
  const heldSince = performance.now();
  await client.query("begin");
  await client.query(
    `insert into events (id, type, version, user_id, occurred_at, data)
     values ($1, 'user.enabled', 1, gen_random_uuid(), now(), '{}')`,
    [late?.id],
  );
  await client.query("insert into outbox (event_id) values ($1)", [late?.id]);
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
  const forgetting = forEach(people, forget(service), 5);
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
  await forgetting;
  await expect
    .poll(
      () => new Set(service.smtp.received.map(({ message }) => message.messageId)).size,
      PATIENCE,
    )
    .toBe(300);
  const events = await service.stores.query<{ id: string }>(
    "select id from events where user_id is not null",
  );
  const posted = () =>
    new Set(service.receiver.received.map(({ headers }) => headers["webhook-id"])).size;
  await expect.poll(posted, PATIENCE).toBe(events.length);
  console.log("FLUSHALL", { events: events.length, lost: 0, loggedInAgainAfterMs: healedMs });
  await service.close();
  await redis.stop();
});

/** 1,000 mails at 40 a second: from commit to the mail server, in ms. */
async function paceMails(poison: number) {
  let isMended = false;
  const takenAt = new Map<string, number>();
  const service = await startEventService({
    environment: { EVENT_TRIES: "3" },
    judgeMail({ recipients, message }) {
      if (!isMended && recipients[0]?.startsWith("poison")) return "refuse";
      takenAt.set(
        message.messageId?.slice(1, 37) ?? "",
        performance.timeOrigin + performance.now(),
      );
      return "accept";
    },
  });
  await service.startWorker();
  const [bad, good] = [emails(poison, "poison"), emails(1_000, "good")];
  await forEach([...bad, ...good], register(service));
  await forEach(bad, forget(service));
  await forEach(good, forget(service), 25);
  await expect.poll(() => takenAt.size, PATIENCE).toBe(1_000);
  const rows = await service.stores.query<{ id: string; at: string }>(
    "select id, extract(epoch from recorded_at) * 1000 as at from events",
  );
  const waits = rows.flatMap(({ id, at }) => {
    const taken = takenAt.get(id);
    return taken === undefined ? [] : [taken - Number(at)];
  });
  const dead = async () =>
    (await service.operate("dead-letters", "list", "--limit", "1000")) as unknown[];
  await expect.poll(async () => (await dead()).length, PATIENCE).toBe(poison);
  isMended = true;
  if (poison > 0) await service.operate("dead-letters", "retry", "--all");
  await expect.poll(() => takenAt.size, PATIENCE).toBe(1_000 + poison);
  const left = (await dead()).length;
  await service.close();
  return {
    poison,
    p50: percentile(waits, 0.5),
    p95: percentile(waits, 0.95),
    deadAfterReplay: left,
  };
}

it("100 poison events first do not hold up 1,000 good ones, and are replayed once mended", async () => {
  const calm = await paceMails(0);
  const poisoned = await paceMails(100);
  console.log("poison", { calm, poisoned });
  expect(poisoned.deadAfterReplay).toBe(0);
});

async function paceEndpoints(hanging: number) {
  const service = await startEventService({
    answerPost: ({ path }) => (Number(path.slice(1)) < hanging ? { status: "hang" } : {}),
  });
  for (let index = 0; index < 50; index += 1) {
    await service.operate("webhooks", "add", `${service.receiver.url}/${index}`);
  }
  await service.startWorker();
  await forEach(emails(100, "hook"), register(service), 400);
  const isOther = (path: string) => path !== "/0";
  const others = () => service.receiver.received.filter(({ path }) => isOther(path)).length;
  await expect.poll(others, PATIENCE).toBe(49 * 100);
  const waits = await latencies(service, isOther);
  await service.close();
  return {
    hanging,
    p50: percentile(waits, 0.5),
    p95: percentile(waits, 0.95),
    max: percentile(waits, 1),
  };
}

it("one endpoint of 50 that hangs holds up no other", async () => {
  const runs = [await paceEndpoints(0), await paceEndpoints(1)];
  console.log("endpoints", runs);
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
  await forEach(people, forget(service));
  await forEach(people, forget(service));
  await forEach(people, async (email) => {
    expect((await visitor(service.api.origin).logIn(email, PASSWORD)).status).toBe(200);
  });
  const { received } = service.receiver;
  const mails = service.smtp.received;
  await expect.poll(() => received.length, PATIENCE).toBeGreaterThanOrEqual(10_000);
  await expect.poll(() => mails.length, PATIENCE).toBeGreaterThanOrEqual(5_000);
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  await pause(15_000); // for what should not come any more
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
