import { Unavailable } from "@postern/domain";
import { aSessionId, aUser } from "@postern/domain/contract";
import { memorySeal } from "@postern/domain/memory";
import { postgresSessionHistories, postgresStores } from "@postern/postgres";
import { type FreshDatabase, freshDatabase } from "@postern/postgres/testing";
import {
  connectRedis,
  openFence,
  type RedisConnection,
  redisStores,
  sessionFence,
} from "@postern/redis";
import { redisProgram, startRedisNode, testServers } from "@postern/test-servers";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

const servers = testServers();
const program = redisProgram();
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe.skipIf(!servers.redisUrl)("the fence", () => {
  let database: FreshDatabase;
  let redis: RedisConnection;
  let openedFence: Awaited<ReturnType<typeof openFence>>;
  let fence: ReturnType<typeof sessionFence>;
  beforeAll(async () => {
    database = await freshDatabase(servers);
    redis = await connectRedis(servers.redisUrl);
    openedFence = await openFence({ client: redis.client, histories: histories() });
  });
  beforeEach(async () => {
    fence = sessionFence(histories());
    await fence.leaseOf(0);
  });
  afterAll(async () => {
    await openedFence?.close();
    await redis?.close();
    await database?.close();
  });

  const histories = () => postgresSessionHistories(database.db);

  /** Postgres answers nothing about histories meanwhile. */
  async function whilePostgresIsSilent(during: () => Promise<void>): Promise<void> {
    const lock = await database.db.startTransaction().execute();
    try {
      await sql`lock table postern.session_histories`.execute(lock);
      await during();
    } finally {
      await lock.rollback().execute();
    }
  }

  it("goes on with the last history while Postgres is away, if it keeps asking", async () => {
    await whilePostgresIsSilent(async () => {
      for (let n = 0; n < 24; n += 1) {
        await pause(250);
        expect(await fence.leaseOf(0)).toMatchObject({ generation: 1 });
      }
    });
  });

  it("in strict mode, gives no lease while Postgres is away", async () => {
    const strict = sessionFence(histories(), { goesOnWithoutPostgres: false });
    await strict.leaseOf(0);
    await whilePostgresIsSilent(async () => {
      await pause(3_200);
      await expect(Promise.resolve(strict.leaseOf(0))).rejects.toThrow(Unavailable);
    });
    expect(await strict.leaseOf(0)).toMatchObject({ generation: 1 });
  });

  it("gives no lease to a process that was frozen, until Postgres has answered", async () => {
    await pause(3_200); // as if it was frozen: no attempt was made meanwhile
    await whilePostgresIsSilent(async () => {
      for (let n = 0; n < 3; n += 1)
        await expect(Promise.resolve(fence.leaseOf(0))).rejects.toThrow(Unavailable);
    });
    expect(await fence.leaseOf(0)).toMatchObject({ generation: 1 });
  });

  it("notes a revocation when it acknowledges it, however long ago the change was", async () => {
    const user = await aUser(postgresStores(database.db, memorySeal()).users);
    const { sessions } = redisStores(redis.client, fence);
    const { position } = await histories().read();
    const sessionId = aSessionId();
    await Promise.all([sessions.end(user.id, sessionId), sessions.syncUser(user)]);
    await sessions.deleteUser(user.id);
    const notes = await histories().notesSince(position);
    expect(notes).toMatchObject([
      { userId: user.id, sessionId },
      { userId: user.id, sessionId: undefined },
      { userId: user.id, sessionId: undefined },
    ]);
  });

  it("acknowledges nothing late, nor under a history that was retired meanwhile", async () => {
    const user = await aUser(postgresStores(database.db, memorySeal()).users);
    const lease = await fence.leaseOf(0);
    const note = { userId: user.id };
    const late = { ...lease, readAtMs: performance.now() - 21_000 };
    // Here `acknowledge` throws before it awaits `failing`, and must still catch its rejection.
    const failing = Promise.reject(new Error("FENCED"));
    await expect(fence.acknowledge(0, late, note, failing)).rejects.toThrow(/too long ago/);
    const retired = { ...lease, generation: lease.generation - 1 };
    await expect(fence.acknowledge(0, retired, note, Promise.resolve())).rejects.toThrow(
      /another history/,
    );
    expect(await fence.acknowledge(0, lease, note, Promise.resolve("done"))).toBe("done");
  });

  it("asks Postgres at most ten times a second while no history counts", async () => {
    let reads = 0;
    const none = sessionFence({
      note: () => histories().note([]),
      async read() {
        reads += 1;
        const { position } = await histories().read();
        return { position, partitions: [] };
      },
    });
    const end = performance.now() + 1_000;
    while (performance.now() < end)
      await Promise.allSettled(Array.from({ length: 10 }, async () => await none.leaseOf(0)));
    expect(reads).toBeGreaterThan(3);
    expect(reads).toBeLessThan(13);
  });

  it.skipIf(!program)("does not retire a history that another process keeps alive", async () => {
    if (!program) return;
    const wrong = await startRedisNode(program);
    const other = await connectRedis(`redis://127.0.0.1:${wrong.port}`);
    const certified: number[] = [];
    const misled = await openFence({
      client: other.client,
      histories: histories(),
      onCertified: (count) => certified.push(count),
    });
    await pause(4_000);
    expect(certified).toEqual([]);
    expect(await fence.leaseOf(0)).toMatchObject({ generation: 1 });
    await misled.close();
    await other.close();
    await wrong.stop();
  });

  it("certifies every partition again, with 20,000 notes about one user to apply", async () => {
    const user = await aUser(postgresStores(database.db, memorySeal()).users);
    const note = () => ({ userId: user.id, sessionId: aSessionId() });
    await histories().note(Array.from({ length: 20_000 }, note));
    expect(await openedFence.recertify()).toBe(64);
  });
});
