import type { OutgoingEvent } from "@postern/domain";
import { aSessionRecord, aUser, anEvent } from "@postern/domain/contract";
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
        select state from postern_queues.job where name = 'test' order by state`.execute(world.db);
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
    await sql`update postern.events set recorded_at = now() - interval '32 days' where id <> ${young.id}`.execute(
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

it("what strangers request, and what no retry needs, is kept for a short time", async () => {
  const world = await aWorld();
  const user = await aUser(world.users);
  const { id } = user;
  const { db, events, stores } = world;
  const requested = (): OutgoingEvent => ({
    ...anEvent(id),
    type: "user.password_reset_requested",
    data: { epoch: 0, expiresAt: new Date().toISOString(), tokenBy: "mail" },
  });
  const [old, young, waiting, kept] = [requested(), requested(), requested(), anEvent(id)];
  await (await world.start()).stop(); // creates the queues that the clean-up looks at
  await events.append([old, young, kept]);
  await sql`delete from postern.outbox`.execute(db);
  await events.append([waiting]);
  await sql`
    update postern.events set recorded_at = now() - interval '8 days' where id <> ${young.id}`.execute(
    db,
  );
  for (let count = 0; count < 150; count += 1) {
    const record = aSessionRecord(user);
    await stores.ledger.confirm(record, anEvent(id));
    if (count < 20) await stores.ledger.revoke(record, anEvent(id));
  }
  const records = async () => (await stores.ledger.list(id, 1_000)).length;
  expect(await records()).toBe(20 + 100); // the newest hundred that nobody ended
  await sql`update postern.session_records set ended_at = ended_at - interval '2 hours'`.execute(
    db,
  );
  await stores.failures.reserve("of a user", 9, id);
  await stores.failures.reserve("of nobody", 9, undefined);
  await stores.failures.reserve("of nobody, a moment ago", 9, undefined);
  await sql`
    update postern.failure_counts set updated_at = now() - interval '2 days'
    where key <> 'of nobody, a moment ago'`.execute(db);
  await cleanUp(db, RETENTION);
  const left = (await events.list(id, 1_000)).map((event) => event.id);
  expect(left).toEqual(expect.arrayContaining([young.id, waiting.id, kept.id]));
  expect(left).not.toContain(old.id);
  expect(await records()).toBe(100);
  const { rows } = await sql<{ key: string }>`
    select key from postern.failure_counts order by key`.execute(db);
  expect(rows.map(({ key }) => key)).toEqual(["of a user", "of nobody, a moment ago"].toSorted());
  await world.close();
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
