import { redisProgram, startRedis, testServers } from "@postern/test-servers";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ApiProcess, startApi } from "./api-process.ts";
import { fullStores, type Stores } from "./stores.ts";
import { anEmail, visitor } from "./visitor.ts";

const { redisUrl } = testServers();
const program = redisProgram();
const [PASSWORD, NEW_PASSWORD] = ["MyPwdOfBob", "AnotherPwdOfBob"];
const PENDING = "Your change was made; do not repeat it.";

describe.skipIf(!redisUrl || !program)("an answer after a commit tells the truth", () => {
  let stores: Stores;
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let admin: Redis;
  let api: ApiProcess;
  beforeAll(async () => {
    stores = await fullStores();
    if (!program) throw new Error("there is no server, so this test should have been skipped");
    redis = await startRedis(program); // its own server, because its settings are changed
    const url = `redis://127.0.0.1:${redis.port}`;
    admin = new Redis(url);
    await admin.config("SET", "maxmemory-policy", "noeviction");
    api = await startApi({ ...stores.environment, REDIS_URL: url, BCRYPT_COST: "4" });
  });
  afterAll(async () => {
    admin?.disconnect();
    await api?.end();
    await redis?.stop();
    await stores?.close();
  });
  afterEach(async () => {
    await admin.config("SET", "maxmemory", "0");
    await admin.config("SET", "min-replicas-to-write", "0");
    await admin.acl("SETUSER", "default", "+del");
  });

  const isFull = () => admin.config("SET", "maxmemory", "1");
  /** Redis answers checks and refuses writes, as a primary does that has lost its replicas. */
  const refusesWrites = () => admin.config("SET", "min-replicas-to-write", "1");

  async function twoSessions() {
    const [bob, thief] = [visitor(api.origin), visitor(api.origin)];
    const email = anEmail();
    await bob.register(email, PASSWORD);
    for (const one of [bob, thief]) expect((await one.logIn(email, PASSWORD)).status).toBe(200);
    return { bob, thief, email };
  }

  it("a full Redis ends the other sessions, and the caller is told to log in", async () => {
    const { bob, thief, email } = await twoSessions();
    await isFull();
    const answer = await bob.send("DELETE", "/sessions?except=current");
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      200,
      { email, message: "all sessions ended, log in again" },
    ]);
    expect(answer.headers.get("set-cookie")).toContain("Max-Age=0");
    for (const one of [bob, thief]) expect((await one.profile()).status).toBe(403);
    await admin.config("SET", "maxmemory", "0");
    expect((await bob.logIn(email, PASSWORD)).status).toBe(200);
  });

  it("a full Redis lets sessions be ended one by one, and accounts be deleted", async () => {
    const [one, all, deleted] = [await twoSessions(), await twoSessions(), await twoSessions()];
    const { cookie } = one.bob; // the jar loses it with the answer
    await isFull();
    expect((await one.bob.logOut()).status).toBe(302);
    expect((await all.bob.send("DELETE", "/sessions?all")).status).toBe(302);
    expect((await deleted.bob.send("DELETE", "/profile")).status).toBe(200);
    expect((await visitor(api.origin, cookie).profile()).status).toBe(403);
    expect((await one.thief.profile()).status).toBe(200);
    expect((await all.thief.profile()).status).toBe(403);
    expect((await deleted.thief.profile()).status).toBe(403);
  });

  it.each([
    ["a log-out", "/sessions"],
    ["the end of all sessions", "/sessions?all"],
    ["the end of the other sessions", "/sessions?except=current"],
    ["the end of one session", "one"],
  ])("%s that Redis does not take was made, and says so", async (_, path) => {
    const { bob, email } = await twoSessions();
    const sessions = await bob.send("GET", "/sessions");
    const list = JSON.parse(sessions.text) as {
      sessions: { session_id: string; current: boolean }[];
    };
    const id = list.sessions.find(({ current }) => !current)?.session_id;
    await refusesWrites();
    const target = path === "one" ? `/sessions/${id}` : path;
    const answer = await bob.send("DELETE", target);
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(answer.text).toContain(PENDING);
    await admin.config("SET", "min-replicas-to-write", "0");
    expect((await visitor(api.origin).logIn(email, PASSWORD)).status).toBe(200);
  });

  it.each([
    ["a new password", "PUT", "/profile/password", { new_password: NEW_PASSWORD }],
    ["a deletion", "DELETE", "/profile", {}],
    ["a reset", "PUT", "/reset_password", { new_password: NEW_PASSWORD }],
  ])("%s that Redis does not take was made, and says so", async (_, method, path, fields) => {
    const { bob, thief, email } = await twoSessions();
    const reset_token = await visitor(api.origin).resetToken(email);
    const isReset = path === "/reset_password";
    // Only the deletion of the sessions fails, not what comes before the commit.
    await admin.acl("SETUSER", "default", "-del");
    const answer = await bob.send(method, path, {
      ...fields,
      ...(isReset && { email, reset_token }),
    });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(answer.text).toContain(PENDING);
    expect((await visitor(api.origin).logIn(email, PASSWORD)).status).toBe(401);
    await admin.acl("SETUSER", "default", "+del");
    const again = visitor(api.origin);
    expect((await again.logIn(email, NEW_PASSWORD)).status).toBe(method === "DELETE" ? 401 : 200);
    // The log-in told Redis.
    if (method !== "DELETE") expect((await thief.profile()).status).toBe(403);
  });

  it("a new password counts even if the fresh session could not be opened", async () => {
    const { bob, thief, email } = await twoSessions();
    await isFull();
    // The log-in is recent, so nothing else needs Redis than the sessions.
    const answer = await bob.send("PUT", "/profile/password", { new_password: NEW_PASSWORD });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      200,
      { email, message: "Password updated, log in again" },
    ]);
    for (const one of [bob, thief]) expect((await one.profile()).status).toBe(403);
    await admin.config("SET", "maxmemory", "0");
    expect((await visitor(api.origin).logIn(email, PASSWORD)).status).toBe(401);
    expect((await visitor(api.origin).logIn(email, NEW_PASSWORD)).status).toBe(200);
  });
});
