import { idSource, secretSource } from "@postern/crypto";
import {
  checkSession,
  logIn,
  type Ports,
  registerUser,
  strictPolicy,
  requestReset,
  resetPassword,
  type UserEvent,
} from "@postern/domain";
import { aUser, anEvent } from "@postern/domain/contract";
import { memoryPasswordHasher, memoryPorts } from "@postern/domain/memory";
import { keptMailer } from "@postern/mail";
import { postgresEventStore, postgresTokenStore, postgresUserStore } from "@postern/postgres";
import { type FreshDatabase, freshDatabase } from "@postern/postgres/testing";
import { connectRedis, type RedisConnection, redisSessionStore } from "@postern/redis";
import { testServers } from "@postern/test-servers";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mailSubscriber } from "./handlers/mail.ts";
import { queuesOnPostgres } from "./queues.ts";
import type { Subscriber } from "./subscriber.ts";
import { SUBSCRIBERS } from "./subscribers.ts";
import { startWorker, type Worker } from "./worker.ts";

const servers = testServers();
const PATIENCE = { timeout: 15_000, interval: 50 };

/** Workers on a database of their own, with in-memory ports: what they do with jobs is all that counts. */
async function workers(count: number, subscriber: Subscriber, handleWithinMs: number) {
  const database = await freshDatabase(servers);
  const ports = { ...memoryPorts(), mailer: keptMailer(() => undefined) };
  const faults: string[] = [];
  const options = {
    db: database.db,
    ports,
    queues: queuesOnPostgres(database),
    onFault: (error: unknown) => faults.push(String(error)),
    subscribers: [subscriber],
    handleWithinMs,
  };
  const started = await Promise.all(Array.from({ length: count }, () => startWorker(options)));
  const close = async () => {
    await Promise.all(started.map((worker) => worker.stop()));
    await database.close();
  };
  return {
    events: postgresEventStore(database.db),
    users: postgresUserStore(database.db),
    faults,
    close,
  };
}

describe("workers", () => {
  const quiet = { ...mailSubscriber.on, "user.password_changed": undefined };

  it("can be started all at once on a database that has no queues yet", async () => {
    const heard: string[] = [];
    const on = {
      ...quiet,
      "user.enabled": async (_: unknown, { id }: UserEvent) => void heard.push(id),
    };
    const { events, users, close } = await workers(4, { name: "all", on }, 1_000);
    const { id } = await aUser(users);
    const many = Array.from({ length: 50 }, () => anEvent(id));
    await events.append(many);
    await expect.poll(() => heard.length, PATIENCE).toBe(50);
    expect(new Set(heard).size).toBe(50);
    await close();
  });

  it("do not let a handler that hangs hold up its neighbours, and try it again", async () => {
    const heard: string[] = [];
    const hanging = idSource().eventId();
    const on = {
      ...quiet,
      "user.enabled": async (_: unknown, event: UserEvent) => {
        heard.push(event.id);
        if (event.id === hanging) await new Promise(() => undefined);
      },
    };
    const { events, users, faults, close } = await workers(1, { name: "hang", on }, 300);
    const { id } = await aUser(users);
    const others = Array.from({ length: 5 }, () => anEvent(id));
    await events.append([{ ...anEvent(id), id: hanging }, ...others]);
    const times = (wanted: string) => heard.filter((one) => one === wanted).length;
    await expect.poll(() => times(hanging), PATIENCE).toBeGreaterThan(1);
    for (const other of others) expect(times(other.id)).toBe(1);
    expect(faults[0]).toContain("took longer than 300 ms");
    await close();
  });
});

describe.skipIf(!servers.redisUrl)("the worker", () => {
  let database: FreshDatabase;
  let redis: RedisConnection;
  let worker: Worker;
  let ports: Ports;
  const mailer = keptMailer(() => undefined);
  const heard: UserEvent[] = [];
  let failures = 0;

  /** Fails the first time it hears of an event, as a subscriber does whose server is down. */
  const flaky: Subscriber = {
    name: "flaky",
    on: {
      ...mailSubscriber.on,
      "user.password_reset_requested": undefined,
      "user.password_changed": undefined,
      async "user.enabled"(_, event) {
        failures += 1;
        if (failures === 1)
          throw Object.assign(new Error("not today"), { row: "canary@example.com" });
        heard.push(event);
      },
    },
  };

  beforeAll(async () => {
    database = await freshDatabase(servers);
    redis = await connectRedis(servers.redisUrl);
    const { db } = database;
    ports = {
      clock: { now: () => new Date() },
      events: postgresEventStore(db),
      hasher: memoryPasswordHasher(),
      ids: idSource(),
      policy: strictPolicy,
      secrets: secretSource({ key: Buffer.alloc(32, 1) }),
      sessions: redisSessionStore(redis.client),
      tokens: postgresTokenStore(db),
      users: postgresUserStore(db),
    };
    worker = await startWorker({
      db,
      ports: { ...ports, mailer },
      queues: queuesOnPostgres(database),
      onFault: () => undefined,
      subscribers: [...SUBSCRIBERS, flaky],
    });
  });
  afterAll(async () => {
    await worker?.stop();
    await redis?.close();
    await database?.close();
  });

  async function loggedIn(email: string) {
    await registerUser(ports, { email, password: "MyPwdOfBob" });
    const result = await logIn(ports, { email, password: "MyPwdOfBob" });
    if (!result.ok) throw new Error(result.error);
    return result.value;
  }
  const isLive = async (token: string) => (await checkSession(ports, token)) !== undefined;

  it("ends sessions that a request could not end after its commit", async () => {
    const { token, session } = await loggedIn("crashed@example.com");
    const changed: UserEvent = {
      id: ports.ids.eventId(),
      type: "user.password_changed",
      version: 1,
      userId: session.userId,
      occurredAt: new Date(),
      data: { by: "reset" },
    };
    const hash = await ports.hasher.hash("x" as never);
    const change = { userId: session.userId, expectedEpoch: 0, passwordHash: hash };
    await ports.users.replacePassword(change, [changed]); // committed, and then the process died
    expect(await isLive(token)).toBe(true);
    await expect.poll(() => isLive(token), PATIENCE).toBe(false);
  });

  it("ends a session whose end was committed and then not carried out", async () => {
    const { token, session } = await loggedIn("logged-out@example.com");
    const { id: sessionId, userId } = session;
    const id = ports.ids.eventId();
    const occurredAt = new Date();
    const data = { sessionId, by: "log_out" } as const;
    await ports.events.append([
      { id, type: "session.revoked", version: 1, userId, occurredAt, data },
    ]);
    await expect.poll(() => isLive(token), PATIENCE).toBe(false);
  });

  it("mails a reset token to whom it belongs, and to nobody else", async () => {
    await registerUser(ports, { email: "Forgetful@example.com", password: "MyPwdOfBob" });
    await requestReset(ports, { email: "nobody@example.com" });
    await requestReset(ports, { email: "forgetful@EXAMPLE.com" });
    const resets = () => mailer.list().filter(({ subject }) => subject === "Reset your password");
    await expect.poll(() => resets().length, PATIENCE).toBe(1);
    const [message] = resets();
    expect(message?.to).toBe("Forgetful@example.com");
    const token = /token: (\S+)/.exec(message?.text ?? "")?.[1] ?? "";
    const input = { email: "forgetful@example.com", token, newPassword: "another password" };
    expect((await resetPassword(ports, input)).ok).toBe(true);
    expect((await resetPassword(ports, input)).ok).toBe(false);
    const notices = () =>
      mailer.list().filter(({ subject }) => subject === "Your password was changed");
    const notified = () => notices().map(({ to }) => to);
    await expect.poll(notified, PATIENCE).toContain("Forgetful@example.com");
  });

  it("calls a handler again after it failed, with the same event", async () => {
    const user = await aUser(ports.users);
    const event = anEvent(user.id);
    await ports.events.append([event]);
    await expect.poll(() => heard, PATIENCE).toEqual([event]);
    expect(failures).toBe(2);
    const { rows } = await sql`select output from pgboss.job`.execute(database.db);
    expect(JSON.stringify(rows)).not.toContain("canary");
  });

  it("does not skip an event whose transaction commits late", async () => {
    const user = await aUser(ports.users);
    const [late, early] = [anEvent(user.id), anEvent(user.id)];
    await database.db.transaction().execute(async (trx) => {
      await postgresEventStore(trx).append([late]);
      await ports.events.append([early]);
      await expect.poll(() => heard, PATIENCE).toContainEqual(early);
      expect(heard).not.toContainEqual(late);
    });
    await expect.poll(() => heard, PATIENCE).toContainEqual(late);
  });

  it("keeps up with more than it is handed at a time", async () => {
    const user = await aUser(ports.users);
    const many = Array.from({ length: 300 }, () => anEvent(user.id));
    await ports.events.append(many);
    const ids = () => new Set(heard.map(({ id }) => id));
    await expect.poll(() => many.every(({ id }) => ids().has(id)), PATIENCE).toBe(true);
    expect(heard.length).toBe(ids().size);
  });

  it("leaves nothing in the outbox", async () => {
    const count = async () => {
      const { rows } = await sql<{
        count: number;
      }>`select count(*)::int as count from outbox`.execute(database.db);
      return rows[0]?.count;
    };
    await expect.poll(count, PATIENCE).toBe(0);
  });
});
