import { randomUUID } from "node:crypto";
import { newWebhookSecret } from "@postern/webhooks";
import { aUser, anEvent } from "@postern/domain/contract";
import { startHttpReceiver } from "@postern/test-servers";
import { sql } from "kysely";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { nextAttemptAt } from "./retry-schedule.ts";
import { webhooksSubscriber } from "../handlers/webhooks.ts";
import { aWorld, PATIENCE } from "../worker.fixture.ts";

type Answer = NonNullable<Parameters<typeof startHttpReceiver>[0]>;

/** Starts a worker that delivers webhooks to `count` endpoints at one receiver. */
async function delivering(count: number, answer: Answer = () => ({})) {
  const receiver = await startHttpReceiver(answer);
  const world = await aWorld({ subscribers: [webhooksSubscriber] });
  const endpoints = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const [id, secret] = [randomUUID(), newWebhookSecret()];
      const url = `${receiver.url}/${index}`;
      await world.webhooks.add({ id, url, eventTypes: undefined }, secret);
      return { id, secret, url };
    }),
  );
  await world.start();
  const { id: userId } = await aUser(world.users);
  const happen = async (howOften = 1) => {
    const events = Array.from({ length: howOften }, () => anEvent(userId));
    await world.events.append(events);
    return events;
  };
  const posts = (path: string) => receiver.received.filter((post) => post.path === path);
  const close = async () => {
    await world.close();
    await receiver.close();
  };
  const [first] = endpoints;
  if (!first) throw new Error("at least one");
  /** Lets the time of the next attempt pass. */
  const hurry = () =>
    sql`update postern_queues.job set start_after = now() where name like 'webhooks.%' and state = 'retry'`.execute(
      world.db,
    );
  return { ...world, endpoint: first, receiver, userId, happen, posts, hurry, close };
}

describe("webhooks", () => {
  it("reach every endpoint once, signed so that the reference verifier takes them", async () => {
    const world = await delivering(3);
    const [event] = await world.happen();
    for (const path of ["/0", "/1", "/2"]) {
      await expect.poll(() => world.posts(path).length, PATIENCE).toBe(1);
    }
    const [post] = world.posts("/0");
    const headers = post?.headers as Record<string, string>;
    const said = new Webhook(world.endpoint.secret).verify(post?.body ?? "", headers);
    expect(said).toEqual({
      id: event?.id,
      type: "user.enabled",
      version: 1,
      timestamp: event?.occurredAt.toISOString(),
      userId: world.userId,
      data: {},
    });
    expect(headers["webhook-id"]).toBe(event?.id);
    await world.close();
  });

  it("are sent for the types of an endpoint, and never for events without a user", async () => {
    const world = await delivering(1);
    const id = randomUUID();
    const url = `${world.receiver.url}/some`;
    await world.webhooks.add({ id, url, eventTypes: ["user.deleted"] }, newWebhookSecret());
    const { id: eventId, occurredAt } = anEvent(world.userId);
    const common = { version: 1, occurredAt, data: {} } as const;
    const nobodys = { ...common, id: eventId, userId: undefined } as const;
    await world.events.append([{ ...nobodys, type: "user.registration_attempted" }]);
    const gone = { ...common, id: anEvent(world.userId).id, userId: world.userId } as const;
    await world.events.append([{ ...gone, type: "user.deleted" }]);
    await expect.poll(() => world.posts("/some").length, PATIENCE).toBe(1);
    await world.happen();
    await expect.poll(() => world.posts("/0").length, PATIENCE).toBe(2);
    expect(world.posts("/some")).toHaveLength(1);
    await world.close();
  });

  it("are tried again with the same id, a fresh time and both secrets, and each attempt is recorded", async () => {
    const answers = [
      { status: 500, body: "oh \u0007 no" },
      { status: 302, headers: { location: "/" } },
    ];
    const world = await delivering(1, () => answers.shift() ?? {});
    const { id, secret } = world.endpoint;
    await world.happen();
    await expect.poll(() => world.receiver.received.length, PATIENCE).toBe(1);
    const endpoint = await world.webhooks.find(id);
    const renewed = newWebhookSecret();
    if (endpoint) await world.webhooks.rotate(endpoint, renewed, new Date(Date.now() + 60_000));
    const attempted = async () => (await world.webhooks.attempts(id, 10)).length;
    for (const count of [1, 2]) {
      await expect.poll(attempted, PATIENCE).toBe(count);
      const received = async () => {
        await world.hurry(); // repeatedly: the attempt may not be stored yet
        return world.receiver.received.length;
      };
      await expect.poll(received, PATIENCE).toBe(count + 1);
    }
    await expect.poll(attempted, PATIENCE).toBe(3);
    const [first, , third] = world.receiver.received;
    expect(third?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    for (const one of [secret, renewed]) {
      new Webhook(one).verify(third?.body ?? "", third?.headers as Record<string, string>);
    }
    const attempts = await world.webhooks.attempts(id, 10);
    expect(attempts.map(({ attempt, status, answer }) => [attempt, status, answer])).toEqual([
      [3, 204, ""],
      [2, 302, ""],
      [1, 500, "oh   no"],
    ]);
    await world.close();
  });

  it("wait for as long as Retry-After says", async () => {
    const world = await delivering(1, () => ({ status: 503, headers: { "retry-after": "7200" } }));
    await world.happen();
    const due = async () => {
      const { rows } = await sql<{ seconds: number }>`
        select extract(epoch from start_after - now())::int as seconds from postern_queues.job
        where name like 'webhooks.%' and state = 'retry'`.execute(world.db);
      return rows[0]?.seconds ?? 0;
    };
    await expect.poll(due, PATIENCE).toBeGreaterThan(7_100);
    await world.happen(3); // and meanwhile nothing else is sent there
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(world.receiver.received).toHaveLength(1);
    await world.close();
  });

  it("stop for an endpoint that is gone (410) or paused, and lose nothing that is for it", async () => {
    let status = 410;
    const world = await delivering(1, () => ({ status }));
    const { id } = world.endpoint;
    await world.happen();
    const because = async () => (await world.webhooks.find(id))?.pausedBecause;
    await expect.poll(because, PATIENCE).toBe("gone");
    await world.happen(3);
    await world.hurry();
    // Longer than a reconciliation takes.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(world.receiver.received).toHaveLength(1);
    status = 204;
    await world.webhooks.resume(id);
    const delivered = () => new Set(world.receiver.received.map(({ body }) => body)).size;
    await expect.poll(delivered, PATIENCE).toBe(4);
    await world.close();
  });

  it("are not sent from the moment an endpoint is paused, and are when it is resumed", async () => {
    const world = await delivering(1);
    await world.webhooks.pause(world.endpoint.id, "operator");
    await world.happen(2);
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect(world.receiver.received).toEqual([]);
    await world.webhooks.resume(world.endpoint.id);
    await expect.poll(() => world.receiver.received.length, PATIENCE).toBe(2);
    await world.close();
  });

  it("meet an endpoint that is quick one after the other", async () => {
    let [now, most] = [0, 0];
    const world = await delivering(1, () => {
      now += 1;
      most = Math.max(most, now);
      setTimeout(() => (now -= 1), 20);
      return { afterMs: 20 };
    });
    await world.happen(15);
    await expect.poll(() => world.receiver.received.length, PATIENCE).toBe(15);
    expect(most).toBe(1);
    await world.close();
  });

  it("are signed no longer with a secret whose time is over", async () => {
    const world = await delivering(1);
    const endpoint = await world.webhooks.find(world.endpoint.id);
    if (endpoint)
      await world.webhooks.rotate(endpoint, newWebhookSecret(), new Date(Date.now() - 1));
    await world.happen();
    await expect.poll(() => world.receiver.received.length, PATIENCE).toBe(1);
    const signatures = String(world.receiver.received[0]?.headers["webhook-signature"]);
    expect(signatures.split(" ")).toHaveLength(1);
    await world.close();
  });

  it("of an endpoint that was removed are dropped, and its records with it", async () => {
    const world = await delivering(1, () => ({ status: 500 }));
    await world.happen();
    await expect.poll(() => world.receiver.received.length, PATIENCE).toBe(1);
    await world.webhooks.remove(world.endpoint.id);
    await world.hurry();
    const left = async () => {
      const { rows } = await sql`select from postern_queues.job
        where name like 'webhooks%' and state < 'completed'`.execute(world.db);
      return rows.length;
    };
    await expect.poll(left, PATIENCE).toBe(0);
    expect(world.receiver.received).toHaveLength(1);
    await world.close();
  });

  it("reach an endpoint that takes the place of one that was removed", async () => {
    const world = await delivering(1, ({ path }) => (path === "/0" ? { status: 500 } : {}));
    await world.happen(5);
    await expect.poll(() => world.posts("/0").length, PATIENCE).toBeGreaterThan(0);
    await world.webhooks.remove(world.endpoint.id);
    const id = randomUUID();
    const url = `${world.receiver.url}/new`;
    await world.webhooks.add({ id, url, eventTypes: undefined }, newWebhookSecret());
    await world.happen(5);
    await expect.poll(() => world.posts("/new").length, PATIENCE).toBe(5);
    await world.close();
  });

  it("to one endpoint that hangs hold up no other, and are few at a time", async () => {
    let [open, most] = [0, 0];
    const world = await delivering(20, ({ path }) => {
      if (path !== "/0") return {};
      open += 1;
      most = Math.max(most, open);
      return { status: "hang" };
    });
    await world.happen(20);
    const others = () => world.receiver.received.filter(({ path }) => path !== "/0").length;
    await expect.poll(others, { timeout: 9_000 }).toBe(19 * 20); // before it has timed out once
    expect(most).toBeLessThanOrEqual(4);
    await world.close();
  });
});

describe("the schedule", () => {
  it("has ten attempts over three days, with jitter", () => {
    const now = new Date(0);
    const waits = (before: number) =>
      Array.from({ length: 200 }, () => nextAttemptAt(now, before).getTime());
    const hours = Array.from({ length: 9 }, (_, before) => Math.min(...waits(before)) / 3_600_000);
    expect(hours.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(60);
    expect(new Set(waits(3)).size).toBeGreaterThan(100);
    expect(Math.max(...waits(8))).toBeLessThan(29 * 3_600_000);
  });

  it("waits longer when asked to, but not for ever", () => {
    const wait = nextAttemptAt(new Date(0), 0, 3_600_000).getTime();
    expect(wait).toBeGreaterThanOrEqual(3_600_000);
    expect(nextAttemptAt(new Date(0), 0, 1e15).getTime()).toBeLessThan(30 * 3_600_000);
  });
});
