import { setTimeout as pause } from "node:timers/promises";
import {
  type EventId,
  type OutgoingEvent,
  requestReset,
  strictPolicy,
  type User,
} from "@postern/domain";
import { aUser } from "@postern/domain/contract";
import type { Mailer } from "@postern/mail";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { mailSubscriber } from "./handlers/mail.ts";
import { aWorld, PATIENCE } from "./worker.fixture.ts";

const SLOW_MS = 300;

type World = Awaited<ReturnType<typeof aWorld>>;

/** A request for a reset by mail, as `requestReset` stores it. */
const resetOf = (
  { ids }: World,
  user: Pick<User, "id"> | undefined,
  sender: string,
  inMs = 900_000,
): OutgoingEvent => ({
  id: ids.eventId(),
  type: "user.password_reset_requested",
  version: 1,
  userId: user?.id,
  occurredAt: new Date(),
  data: { epoch: 0, expiresAt: new Date(Date.now() + inMs).toISOString(), tokenBy: "mail" },
  payload: { sender },
});

const jobs = async ({ db }: World) =>
  (
    await sql<{
      data: string;
    }>`select data::text from postern_queues.job where name = 'mail'`.execute(db)
  ).rows;

describe("the queue of mails", () => {
  it("lets one network's requests wait for each other, and not another person's", async () => {
    const sent: string[] = [];
    let [running, most] = [0, 0];
    const mailer: Mailer = {
      async send({ to }) {
        running += 1;
        most = Math.max(most, running);
        await pause(SLOW_MS);
        running -= 1;
        sent.push(to);
      },
    };
    const world = await aWorld({ subscribers: [mailSubscriber] });
    const flood = await Promise.all(Array.from({ length: 60 }, () => aUser(world.users)));
    const owner = await aUser(world.users);
    await world.events.append(flood.map((user) => resetOf(world, user, "flood")));
    await world.events.append([resetOf(world, owner, "owner's")]);
    await world.start({ ports: { ...world.options.ports, mailer } });
    await expect.poll(() => sent, PATIENCE).toContain(owner.email);
    expect(sent.length).toBeLessThan(20); // although 60 were in front of it
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual((mailSubscriber.perGroup ?? 0) + 1);
    await world.close();
  });

  it("takes the first mail of each network before the second of any, when all slots are taken", async () => {
    const sent: string[] = [];
    const mailer: Mailer = {
      async send({ to }) {
        await pause(SLOW_MS);
        sent.push(to);
      },
    };
    const world = await aWorld({ subscribers: [mailSubscriber] });
    const networks = Array.from({ length: 10 }, (_, index) => `flood ${index}`);
    for (const sender of networks) {
      const users = await Promise.all(Array.from({ length: 8 }, () => aUser(world.users)));
      await world.events.append(users.map((user) => resetOf(world, user, sender)));
    }
    const owner = await aUser(world.users);
    await world.events.append([resetOf(world, owner, "owner's")]);
    await world.start({ ports: { ...world.options.ports, mailer } });
    await expect.poll(() => sent, PATIENCE).toContain(owner.email);
    expect(sent.length).toBeLessThan(40); // 80 were in front of it
    await world.close();
  });

  it("has no job for an event without a user", async () => {
    const world = await aWorld({ subscribers: [mailSubscriber] });
    const user = await aUser(world.users);
    await world.events.append([resetOf(world, undefined, "x"), resetOf(world, user, "x")]);
    await world.start();
    await expect.poll(() => world.mailer.list().length, PATIENCE).toBe(1);
    expect(await jobs(world)).toHaveLength(1);
    await world.close();
  });

  it("has one waiting reset for each user, with the newest token, in the place of the first", async () => {
    const world = await aWorld({ subscribers: [mailSubscriber], pausedSubscribers: ["mail"] });
    const [user, other] = [await aUser(world.users), await aUser(world.users)];
    const requested = [user, other, user, user].map((one) => resetOf(world, one, "x"));
    for (const event of requested) await world.events.append([event]);
    const worker = await world.start();
    await expect.poll(async () => (await jobs(world)).length, PATIENCE).toBe(2);
    const left = async () => (await sql`select from postern.outbox`.execute(world.db)).rows.length;
    await expect.poll(left, PATIENCE).toBe(0);
    await worker.stop();
    await world.start({ pausedSubscribers: [] });
    await expect.poll(() => world.mailer.list().length, PATIENCE).toBe(2);
    const [first, second] = world.mailer.list();
    expect([first?.to, second?.to]).toEqual([user.email, other.email]);
    expect(first?.id).toBe(requested[3]?.id);
    await world.close();
  });

  it("drops a mail whose link has expired, and records it once", async () => {
    const world = await aWorld({ subscribers: [mailSubscriber] });
    const user = await aUser(world.users);
    const late = resetOf(world, user, "x", -1_000);
    const dropped: EventId[] = [];
    const ports = {
      ...world.options.ports,
      onMailExpired: ({ id }: { readonly id: EventId }) => void dropped.push(id),
    };
    await world.events.append([late]);
    await world.start({ ports });
    await expect.poll(() => dropped, PATIENCE).toEqual([late.id]);
    const events = await world.events.list(user.id, 10);
    expect(events.at(-1)).toMatchObject({
      type: "user.mail_expired",
      data: { mail: "password_reset", eventId: late.id },
    });
    expect(world.mailer.list()).toEqual([]);
    await world.close();
  });

  it("stores the same rows for a known and an unknown address", async () => {
    const world = await aWorld({ subscribers: [mailSubscriber] });
    const user = await aUser(world.users);
    const policy = strictPolicy;
    const { events, users } = world.stores;
    const ports = { ...world.options.ports, events, limiter: world.stores.limiter, policy, users };
    const stored = async (email: string) => {
      await sql`delete from postern.outbox`.execute(world.db);
      await requestReset(ports, { email, caller: { network: "192.0.2.1" } });
      const { rows } = await sql<{ sealed: string; data: unknown }>`
        select length(sealed) as sealed, data - 'expiresAt' as data
        from postern.outbox join postern.events on events.id = event_id`.execute(world.db);
      return rows;
    };
    const known = await stored(user.email);
    expect(known).toHaveLength(1);
    expect(await stored("nobody@example.com")).toEqual(known);
    await world.close();
  });
});
