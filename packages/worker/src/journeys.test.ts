import { aesSeal, idSource, tokenFactory } from "@postern/crypto";
import {
  checkSession,
  coursePolicy,
  deleteUser,
  endSessions,
  logIn,
  noBreachedPasswords,
  type Ports,
  registerUser,
  requestReset,
  resetPassword,
  strictPolicy,
  type UserEvent,
} from "@postern/domain";
import { memoryPasswordHasher } from "@postern/domain/memory";
import { postgresStores } from "@postern/postgres";
import { connectRedis, noFence, type RedisConnection, redisStores } from "@postern/redis";
import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aWorld, PATIENCE } from "./worker.fixture.ts";

const servers = testServers();

/**
 * The subscribers of the product, on Postgres and Redis: work that requests left undone, and mails.
 */
describe.skipIf(!servers.redisUrl)("the worker", () => {
  let world: Awaited<ReturnType<typeof aWorld>>;
  let redis: RedisConnection;
  let ports: Ports;

  beforeAll(async () => {
    [world, redis] = await Promise.all([aWorld(), connectRedis(servers.redisUrl)]);
    const { failures, ledger, limiter, seal, tokens } = world.stores;
    const stores = { sessions: redisStores(redis.client, noFence).sessions, tokens };
    ports = {
      ...world.options.ports,
      ...stores,
      breachedPasswords: noBreachedPasswords,
      events: world.events,
      failures,
      hasher: memoryPasswordHasher(),
      ids: idSource(),
      ledger,
      limiter,
      policy: {
        ...strictPolicy,
        verification: { ...strictPolicy.verification, isRequired: false },
        limits: coursePolicy.limits,
      },
      seal,
    };
    await world.start({ ports: { ...world.options.ports, ...stores } });
  });
  afterAll(async () => {
    await world?.close();
    await redis?.close();
  });

  const PASSWORD = "MyPwdOfBob";
  async function loggedIn(email: string, device = "curl") {
    await registerUser(ports, { email, password: PASSWORD });
    const result = await logIn(ports, { email, password: PASSWORD, client: { device } });
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

  it("mails a reset token to its user only", async () => {
    await registerUser(ports, { email: "Forgetful@example.com", password: PASSWORD });
    await requestReset(ports, { email: "nobody@example.com" });
    await requestReset(ports, { email: "forgetful@EXAMPLE.com" });
    const resets = () =>
      world.mailer.list().filter(({ subject }) => subject === "Reset your password");
    await expect.poll(() => resets().length, PATIENCE).toBe(1);
    const [message] = resets();
    expect(message?.to).toBe("Forgetful@example.com");
    const token = /token: (\S+)/.exec(message?.text ?? "")?.[1] ?? "";
    const input = { email: "forgetful@example.com", token, newPassword: "another password" };
    expect((await resetPassword(ports, input)).ok).toBe(true);
    expect((await resetPassword(ports, input)).ok).toBe(false);
    const notices = () =>
      world.mailer.list().filter(({ subject }) => subject === "Your password was changed");
    const notified = () => notices().map(({ to }) => to);
    await expect.poll(notified, PATIENCE).toContain("Forgetful@example.com");
  });

  const mailsTo = (address: string, subject: string) =>
    world.mailer.list().filter((mail) => mail.to === address && mail.subject === subject);

  it("notifies users of a log-in with a new device, and only then", async () => {
    const email = "traveller@example.com";
    const password = PASSWORD;
    await loggedIn(email, "Firefox on Linux");
    await logIn(ports, { email, password, client: { device: "Firefox on Linux" } });
    await logIn(ports, { email, password, client: { device: "Safari on iOS" } });
    await logIn(ports, { email, password, client: { device: "Safari on iOS" } });
    const told = () => mailsTo(email, "A log-in from a new device");
    await expect.poll(() => told().length, PATIENCE).toBe(1);
    expect(told()[0]?.text).toContain("Safari on iOS");
    // All earlier events have been handled when this one is.
    await registerUser(ports, { email, password });
    await expect.poll(() => mailsTo(email, "Confirm your e-mail address").length, PATIENCE).toBe(2);
    expect(told()).toHaveLength(1);
  });

  it("notifies the owner of an address when it is registered again", async () => {
    const email = "Owner@example.com";
    await registerUser(ports, { email, password: PASSWORD });
    const user = await ports.users.findByEmail("owner@example.com" as never);
    if (!user) throw new Error("registered a moment ago");
    const verified = { userId: user.id, expectedEpoch: 0, keepsPassword: true };
    await ports.users.verifyEmail(verified, []);
    await registerUser(ports, { email: "owner@EXAMPLE.com", password: "another password" });
    await expect.poll(() => mailsTo(email, "You have an account already").length, PATIENCE).toBe(1);
    expect((await logIn(ports, { email, password: PASSWORD })).ok).toBe(true);
  });

  it("ends what a deletion or an operator's end of all sessions could not end itself", async () => {
    const stuck: typeof ports.sessions = {
      ...ports.sessions,
      syncUser: async () => undefined,
      deleteUser: async () => undefined,
    };
    const crashing = { ...ports, sessions: stuck };
    const one = await loggedIn("deleted@example.com");
    const other = await loggedIn("ended@example.com");
    await deleteUser(crashing, one.session.userId);
    await endSessions(crashing, [other.session.userId]);
    await expect.poll(() => isLive(one.token), PATIENCE).toBe(false);
    await expect.poll(() => isLive(other.token), PATIENCE).toBe(false);
    expect(await redis.client.keys(`*${one.session.userId}`)).toEqual([]);
  });

  it("opens what was sealed before the keys rotated, and mails the token of that key", async () => {
    const email = "rotated@example.com";
    await registerUser(ports, { email, password: PASSWORD });
    const old = { id: "old", key: Buffer.alloc(32, 9) };
    const rotated = [{ id: "test", key: Buffer.alloc(32, 1) }, old];
    const event: UserEvent = {
      id: ports.ids.eventId(),
      type: "user.password_reset_requested",
      version: 1,
      userId: (await ports.users.findByEmail(email as never))?.id,
      occurredAt: new Date(),
      data: { epoch: 0, expiresAt: new Date(Date.now() + 60_000).toISOString(), tokenBy: "mail" },
    };
    const worker = await aWorld();
    await worker.start({
      seal: aesSeal({ keys: rotated }),
      ports: {
        ...worker.options.ports,
        users: ports.users,
        tokenFactory: tokenFactory({ keys: rotated }),
      },
    });
    await postgresStores(worker.db, aesSeal({ keys: [old] })).events.append([event]);
    await expect.poll(() => worker.mailer.list().length, PATIENCE).toBe(1);
    const { token } = tokenFactory({ keys: [old] }).deriveEmailToken("password_reset", event.id);
    expect(worker.mailer.list()[0]?.text).toContain(token);
    await worker.close();
  });
});
