import { aUser, anEvent } from "@postern/domain/contract";
import { postgresStores } from "@postern/postgres";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { aSubscriber, aWorld, PATIENCE } from "./worker.fixture.ts";

const many = (count: number, userId: Parameters<typeof anEvent>[0]) =>
  Array.from({ length: count }, () => anEvent(userId));

describe("workers", () => {
  it("can be started all at once on a database that has no queues yet", async () => {
    const heard: string[] = [];
    const world = await aWorld({ subscribers: [aSubscriber((id) => void heard.push(id))] });
    await Promise.all([world.start(), world.start(), world.start(), world.start()]);
    const { id } = await aUser(world.users);
    await world.events.append(many(50, id));
    await expect.poll(() => heard.length, PATIENCE).toBe(50);
    expect(new Set(heard).size).toBe(50);
    await world.close();
  });

  it("do not let a handler that hangs hold up its neighbours, and try it again", async () => {
    const heard: string[] = [];
    const world = await aWorld();
    const hanging = world.ids.eventId();
    const hear = async (id: string) => {
      heard.push(id);
      if (id === hanging) await new Promise(() => undefined);
    };
    await world.start({ subscribers: [aSubscriber(hear, { handleWithinMs: 300 })] });
    const { id } = await aUser(world.users);
    const others = many(5, id);
    await world.events.append([{ ...anEvent(id), id: hanging }, ...others]);
    const times = (wanted: string) => heard.filter((one) => one === wanted).length;
    await expect.poll(() => times(hanging), PATIENCE).toBeGreaterThan(1);
    for (const other of others) expect(times(other.id)).toBe(1);
    expect(world.faults[0]).toContain("took longer than 300 ms");
    await world.close();
  });

  it("call a handler again after it failed, and store no secret of the reason", async () => {
    const heard: string[] = [];
    const seen: string[] = [];
    const jobs = async () => {
      const { rows } = await sql`select state, data, output from postern_queues.job`.execute(
        world.db,
      );
      return JSON.stringify(rows);
    };
    const hear = async (id: string) => {
      heard.push(id);
      seen.push(await jobs());
      if (heard.length === 1) throw Object.assign(new Error("not today"), { row: "canary@x.com" });
    };
    const world = await aWorld({ subscribers: [aSubscriber(hear)] });
    await world.start();
    const { id } = await aUser(world.users);
    const event = anEvent(id);
    await world.events.append([{ ...event, payload: { device: "canary" } }]);
    await expect.poll(() => heard, PATIENCE).toEqual([event.id, event.id]);
    expect(seen[0]).toContain("sealed");
    expect(seen.join()).not.toContain("canary");
    // The handler's payload is gone when its work is done.
    await expect.poll(jobs, PATIENCE).not.toContain("sealed");
    expect(await jobs()).toContain('"completed"');
    await world.close();
  });

  it("do not skip an event whose transaction commits late, while many others pass", async () => {
    const heard = new Set<string>();
    const world = await aWorld({ subscribers: [aSubscriber((id) => void heard.add(id))] });
    await world.start();
    const { id } = await aUser(world.users);
    const [late, others] = [anEvent(id), many(200, id)];
    await world.db.transaction().execute(async (transaction) => {
      await postgresStores(transaction, world.options.seal).events.append([late]);
      for (const other of others) await world.events.append([other]);
      await expect.poll(() => heard.size, PATIENCE).toBe(200);
      expect(heard.has(late.id)).toBe(false);
    });
    await expect.poll(() => heard.has(late.id), PATIENCE).toBe(true);
    const { rows } = await sql`select from postern.outbox`.execute(world.db);
    expect(rows).toEqual([]);
    await world.close();
  });

  it("have no event twice when nothing goes wrong, however many they are", async () => {
    const heard: string[] = [];
    const world = await aWorld({ subscribers: [aSubscriber((id) => void heard.push(id))] });
    await Promise.all(Array.from({ length: 8 }, () => world.start()));
    const { id } = await aUser(world.users);
    for (let batch = 0; batch < 10; batch += 1) await world.events.append(many(100, id));
    await expect.poll(() => new Set(heard).size, PATIENCE).toBe(1_000);
    expect(heard).toHaveLength(1_000);
    expect(world.faults).toEqual([]);
    await world.close();
  });

  it("are not held up by events that cannot be handled, which end among the dead letters", async () => {
    const heard: string[] = [];
    const world = await aWorld();
    const { id } = await aUser(world.users);
    const [poison, good] = [many(20, id), many(100, id)];
    const bad = new Set<string>(poison.map((event) => event.id));
    const hear = (one: string) => {
      if (bad.has(one)) throw new Error("poison");
      heard.push(one);
    };
    await world.start({ subscribers: [aSubscriber(hear)], tries: 2 });
    await world.events.append(poison);
    await world.events.append(good);
    await expect.poll(() => heard.length, PATIENCE).toBe(100);
    const dead = async () => {
      const { rows } = await sql<{ id: string }>`
        select data->'event'->>'id' as id from postern_queues.job where name = 'test.dead'`.execute(
        world.db,
      );
      return rows.map((row) => row.id).toSorted();
    };
    await expect.poll(dead, PATIENCE).toEqual([...bad].toSorted());
    const { rows } = await sql<{ years: number }>`
      select extract(year from min(keep_until))::int - extract(year from now())::int as years
      from postern_queues.job`.execute(world.db);
    expect(rows[0]?.years).toBeGreaterThan(60); // pg-boss drops jobs that wait longer
    await world.close();
  });

  it("handle quick events one after the other where a subscriber wants that, and wait for no slow one", async () => {
    let [now, most] = [0, 0];
    const world = await aWorld();
    const { id } = await aUser(world.users);
    const [slow, quick] = [many(3, id), many(30, id)];
    const isSlow = new Set<string>(slow.map((event) => event.id));
    const done: string[] = [];
    const hear = async (one: string) => {
      if (isSlow.has(one)) return await new Promise<void>(() => undefined);
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setTimeout(resolve, 5));
      now -= 1;
      done.push(one);
    };
    const subscriber = aSubscriber(hear, { atOnce: 5, staggerMs: 50, handleWithinMs: 3_000 });
    await world.start({ subscribers: [subscriber] });
    await world.events.append(slow);
    await world.events.append(quick);
    await expect.poll(() => done.length, { timeout: 2_500 }).toBe(30);
    expect(most).toBe(1);
    await world.close();
  });

  it("leave an event of a type that they do not know to workers of a newer release", async () => {
    const heard: string[] = [];
    const world = await aWorld({ subscribers: [aSubscriber((id) => void heard.push(id))] });
    await world.start();
    const { id } = await aUser(world.users);
    const [newer, known] = [anEvent(id), anEvent(id)];
    await world.events.append([{ ...newer, type: "user.of_tomorrow" } as never]);
    await world.events.append([known]);
    await expect.poll(() => heard, PATIENCE).toEqual([known.id]);
    const { rows } = await sql`select event_id from postern.outbox`.execute(world.db);
    expect(rows).toEqual([{ event_id: newer.id }]);
    await world.close();
  });

  it("leave a job alone that was taken from them under way, and is another attempt's by now", async () => {
    const heard: string[] = [];
    const hear = async (id: string) => {
      heard.push(id);
      const attempt = heard.length;
      if (attempt === 1) {
        await sql`update postern_queues.job set state = 'retry', start_after = now() where id = ${id}`.execute(
          world.db,
        );
        // Stops while the second is running.
        await new Promise((resolve) => setTimeout(resolve, 2_500));
      }
      if (attempt === 2) {
        await new Promise((resolve) => setTimeout(resolve, 3_500));
        throw new Error("so there must be a third");
      }
    };
    const world = await aWorld();
    await world.start({ subscribers: [aSubscriber(hear, { handleWithinMs: 10_000 })] });
    const { id } = await aUser(world.users);
    const event = anEvent(id);
    await world.events.append([event]);
    await expect.poll(() => heard, PATIENCE).toEqual([event.id, event.id, event.id]);
    const states = async () => {
      const { rows } = await sql<{ state: string }>`select state from postern_queues.job`.execute(
        world.db,
      );
      return rows.map(({ state }) => state);
    };
    await expect.poll(states, PATIENCE).toEqual(["completed"]);
    expect(heard).toHaveLength(3);
    await world.close();
  });

  it("keep a job while they work on it", async () => {
    const heard: string[] = [];
    const hear = async (id: string) => {
      heard.push(id);
      // A dead worker's job is taken over after 20 s.
      await new Promise((resolve) => setTimeout(resolve, 24_000));
    };
    const world = await aWorld({ subscribers: [aSubscriber(hear, { handleWithinMs: 40_000 })] });
    await Promise.all([world.start(), world.start()]);
    const { id } = await aUser(world.users);
    await world.events.append([anEvent(id)]);
    const done = async () => {
      const { rows } = await sql`select from postern_queues.job where state = 'completed'`.execute(
        world.db,
      );
      return rows.length;
    };
    await expect.poll(done, { timeout: 40_000, interval: 100 }).toBe(1);
    expect(heard).toHaveLength(1);
    await world.close();
  }, 60_000);

  it("free the slot of a job whose failure the database will not take", async () => {
    const heard: string[] = [];
    const poison = "\u0000 \ud800";
    const seen: string[] = [];
    const jobs = async () => {
      const { rows } = await sql`select state, data, output from postern_queues.job`.execute(
        world.db,
      );
      return JSON.stringify(rows);
    };
    const hear = async (id: string) => {
      heard.push(id);
      seen.push(await jobs());
      if (heard.length === 1) throw new Error(poison);
    };
    const world = await aWorld({ subscribers: [aSubscriber(hear, { atOnce: 1 })] });
    await world.start();
    const { id } = await aUser(world.users);
    await world.events.append(many(3, id));
    await expect.poll(() => new Set(heard).size, PATIENCE).toBe(3);
    await world.close();
  });

  it("finish what is under way when they stop, and leave nothing half done", async () => {
    const [began, ended]: [string[], string[]] = [[], []];
    const hear = async (id: string) => {
      began.push(id);
      await new Promise((resolve) => setTimeout(resolve, 300));
      ended.push(id);
    };
    const world = await aWorld({ subscribers: [aSubscriber(hear, { atOnce: 5 })] });
    const worker = await world.start();
    const { id } = await aUser(world.users);
    await world.events.append(many(20, id));
    await expect.poll(() => began.length, PATIENCE).toBeGreaterThan(0);
    await worker.stop();
    expect(ended.toSorted()).toEqual(began.toSorted());
    expect(ended.length).toBeLessThan(20);
    await world.start();
    await expect.poll(() => ended.length, PATIENCE).toBe(20);
    expect(new Set(ended).size).toBe(20);
    await world.close();
  });
});
