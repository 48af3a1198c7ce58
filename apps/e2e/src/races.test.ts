import { testServers } from "@postern/test-servers";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiProcess, startApi } from "./api-process.ts";
import { fullStores, type Stores } from "./stores.ts";
import { anEmail, visitor } from "./visitor.ts";
import { sessionKeyOf } from "./session-key.ts";

const { redisUrl } = testServers();
const PASSWORD = "MyPwdOfBob";

/**
 * Two API nodes on the same stores. The slow one hashes at a cost that gives the quick one time to
 * act meanwhile. That it did is asserted.
 */
describe.skipIf(!redisUrl)("two API nodes on one store", () => {
  let stores: Stores;
  let redis: Redis;
  let quick: ApiProcess;
  let slow: ApiProcess;
  beforeAll(async () => {
    stores = await fullStores();
    redis = new Redis(redisUrl);
    quick = await startApi({ ...stores.environment, BCRYPT_COST: "4" });
    slow = await startApi({ ...stores.environment, BCRYPT_COST: "13" });
  });
  afterAll(async () => {
    await Promise.all([quick?.end(), slow?.end()]);
    redis?.disconnect();
    await stores?.close();
  });

  const userIdOf = async (email: string) => {
    const rows = await stores.query<{ id: string }>(
      "select id from postern.users where email_key = $1",
      [email],
    );
    return rows[0]?.id ?? "";
  };
  const eventsOf = async (email: string, type: string) =>
    await stores.query("select id from postern.events where user_id = $1 and type = $2", [
      await userIdOf(email),
      type,
    ]);
  const sessionsOf = async (email: string) =>
    (await redis.hkeys(await sessionKeyOf(redis, await userIdOf(email)))).filter(
      (field) => field !== "user",
    );

  /**
   * Returns the commands that Redis received for the user from now on. A log-in that opens a
   * session has read its password before the reset, or it would have been refused: so this tells
   * whether there was a race at all.
   */
  async function watchOpenings(email: string) {
    const userId = await userIdOf(email);
    const monitor = await redis.monitor();
    let openings = 0;
    monitor.on("monitor", (_time: string, [command, , , ...values]: string[]) => {
      if (
        /^eval(sha)?$/i.test(command ?? "") &&
        values[0]?.endsWith(userId) &&
        values.length === 10
      )
        openings += 1;
    });
    return {
      count: () => openings,
      stop: () => monitor.disconnect(),
    };
  }

  /** Bob logs in on the slow node, and resets his password on the quick one meanwhile. */
  async function raceWithReset(email: string, isGone = false) {
    const token = await visitor(quick.origin).resetToken(email);
    const loggingIn = visitor(slow.origin).logIn(email, PASSWORD);
    await new Promise((resolve) => setTimeout(resolve, 100)); // it has read the old hash by now
    expect((await visitor(quick.origin).reset(email, token, "NewPwd")).status).toBe(200);
    if (isGone) await redis.del(await sessionKeyOf(redis, await userIdOf(email)));
    const openings = await watchOpenings(email);
    const answer = await loggingIn;
    // It had: only a log-in with the old password can open.
    await expect.poll(openings.count).toBe(1);
    openings.stop();
    return answer;
  }

  it("makes one user and one event of 100 registrations of one address, in any case", async () => {
    const email = anEmail();
    const other = await startApi({ ...stores.environment, BCRYPT_COST: "4" });
    const spelt = (index: number) => (index % 4 < 2 ? email : email.toUpperCase());
    const node = (index: number) => (index % 2 === 0 ? quick : other).origin;
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        visitor(node(index)).register(spelt(index), PASSWORD),
      ),
    );
    const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
    expect([count(200), count(400)]).toEqual([1, 99]);
    expect(
      await stores.query("select id from postern.users where email_key = $1", [email]),
    ).toHaveLength(1);
    expect(await eventsOf(email, "user.created")).toHaveLength(1);
    await other.end();
  });

  it("lets one of 100 uses of a reset token win", async () => {
    const email = anEmail();
    await visitor(quick.origin).register(email, PASSWORD);
    const token = await visitor(quick.origin).resetToken(email);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        visitor(quick.origin).reset(email, token, `NewPwd${index}`),
      ),
    );
    const winners = answers.flatMap(({ status }, index) => (status === 200 ? [index] : []));
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(99);
    expect((await visitor(quick.origin).logIn(email, `NewPwd${winners[0]}`)).status).toBe(200);
    expect(await eventsOf(email, "user.password_changed")).toHaveLength(1);
  });

  it("ends a session on both nodes when one of them ends it", async () => {
    const email = anEmail();
    const bob = visitor(quick.origin);
    await bob.register(email, PASSWORD);
    await bob.logIn(email, PASSWORD);
    const elsewhere = visitor(slow.origin, bob.cookie);
    expect((await elsewhere.profile()).status).toBe(200);
    await bob.logOut();
    expect((await elsewhere.profile()).status).toBe(403);
  });

  it.each([
    ["with the user's key still in Redis", false],
    ["with the user's key gone from Redis", true],
  ])("leaves no session of a log-in that a reset overtakes, %s", async (_, isGone) => {
    const email = anEmail();
    const bob = visitor(quick.origin);
    await bob.register(email, PASSWORD);
    await bob.logIn(email, PASSWORD);
    const { status, headers } = await raceWithReset(email, isGone);
    expect([status, headers.get("set-cookie")]).toEqual([401, null]);
    expect(await sessionsOf(email)).toEqual([]);
    expect(await eventsOf(email, "session.created")).toHaveLength(1);
  });

  it("does not undo a reset by the rehash of a log-in under way", async () => {
    const email = anEmail();
    // At cost 4, so the slow node rehashes it.
    await visitor(quick.origin).register(email, PASSWORD);
    expect((await raceWithReset(email)).status).toBe(401);
    expect((await visitor(quick.origin).logIn(email, PASSWORD)).status).toBe(401);
    expect((await visitor(quick.origin).logIn(email, "NewPwd")).status).toBe(200);
  });

  it("makes the hash anew at a log-in that nothing overtakes", async () => {
    const email = anEmail();
    await visitor(quick.origin).register(email, PASSWORD);
    expect((await visitor(slow.origin).logIn(email, PASSWORD)).status).toBe(200);
    const [user] = await stores.query<{ password_hash: string }>(
      "select password_hash from postern.users where email_key = $1",
      [email],
    );
    expect(user?.password_hash).toMatch(/^\$2b\$13\$/);
  });

  it("refuses a hundred log-ins more than it can hash in time with 503, and goes on checking", async () => {
    const email = anEmail();
    const bob = visitor(quick.origin);
    await bob.register(email, PASSWORD);
    await bob.logIn(email, PASSWORD);
    const storm = Array.from({ length: 100 }, () => visitor(slow.origin).logIn(email, "wrong"));
    const check = await visitor(slow.origin, bob.cookie).profile();
    const answers = await Promise.all(storm);
    const refused = answers.filter(({ status }) => status === 503);
    expect(check.status).toBe(200);
    expect(refused.length).toBeGreaterThan(0);
    for (const { headers } of refused)
      expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
    expect(answers.filter(({ status }) => status !== 503 && status !== 401)).toEqual([]);
  });
});
