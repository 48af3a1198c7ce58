import { aUser, anEvent } from "@postern/domain/contract";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { cleanUp } from "./clean-up.ts";
import { aSubscriber, aWorld, PATIENCE } from "./worker.fixture.ts";
import { backlogs, overdue } from "./backlog.ts";

const RETENTION = { eventDays: 31, jobDays: 7 };

describe("cleaning up", () => {
  it("deletes old events that everybody is done with, and no other", async () => {
    const world = await aWorld();
    const { id } = await aUser(world.users);
    const [done, failing, dead, waiting, young] = Array.from({ length: 5 }, () => anEvent(id)) as [
      ReturnType<typeof anEvent>,
      ReturnType<typeof anEvent>,
      ReturnType<typeof anEvent>,
      ReturnType<typeof anEvent>,
      ReturnType<typeof anEvent>,
    ];
    const bad = new Set<string>([failing.id]);
    const hear = (one: string) => {
      if (bad.has(one)) throw new Error("not yet");
    };
    const subscribers = [aSubscriber(hear)];
    const worker = await world.start({ subscribers });
    await world.events.append([done, failing]);
    const states = async () => {
      const { rows } = await sql<{ state: string }>`
        select state from pgboss.job where name = 'test' order by state`.execute(world.db);
      return rows.map(({ state }) => state);
    };
    await expect.poll(states, PATIENCE).toEqual(["retry", "completed"]);
    await worker.stop();
    bad.add(dead.id);
    const last = await world.start({ subscribers, tries: 1 });
    await world.events.append([dead]);
    const letters = async () =>
      (await backlogs(world.db)).find(({ queue }) => queue === "test.dead")?.waiting;
    await expect.poll(letters, PATIENCE).toBeGreaterThan(0);
    await last.stop();
    await world.events.append([waiting, young]);
    await sql`update events set recorded_at = now() - interval '32 days' where id <> ${young.id}`.execute(
      world.db,
    );
    expect(await cleanUp(world.db, RETENTION)).toBe(1);
    const kept = (await world.events.list(id, 10)).map((event) => event.id);
    expect(kept.toSorted()).toEqual(
      [failing, dead, waiting, young].map((event) => event.id).toSorted(),
    );
    await world.close();
  });
});

describe("what somebody should look at", () => {
  it("are dead letters, and events that wait for long or in great numbers", () => {
    const backlog = (queue: string, waiting: number, oldestSeconds: number) => ({
      queue,
      waiting,
      oldestSeconds,
    });
    const fine = [backlog("outbox", 50, 2), backlog("mail", 500, 60)];
    const bad = [
      backlog("outbox", 1, 120),
      backlog("mail", 1, 3_600),
      backlog("mail", 20_000, 10),
      backlog("mail.dead", 1, 1),
    ];
    expect(overdue([...fine, ...bad])).toEqual(bad);
  });
});
