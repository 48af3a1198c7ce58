import { deleteUser, type EventPayload, type UserEvent, type UserId } from "@postern/domain";
import { aUser } from "@postern/domain/contract";
import { sql } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import { aWorld, PATIENCE } from "./worker.fixture.ts";

type World = Awaited<ReturnType<typeof aWorld>>;

describe("erasing a deleted user", () => {
  let world: World;
  afterEach(() => world?.close());

  async function append(
    type: UserEvent["type"],
    userId: UserId | undefined,
    payload: EventPayload,
  ) {
    const common = { id: world.ids.eventId(), type, version: 1, userId, occurredAt: new Date() };
    await world.events.append([
      { ...common, data: {}, payload } as UserEvent & { payload: EventPayload },
    ]);
  }
  const jobs = async () => {
    const { rows } = await sql<{ name: string; state: string; kept: string }>`
      select name, state::text, concat(data, output, source_output) as kept from postern_queues.job
      where name in ('mail', 'mail.dead')`.execute(world.db);
    return rows;
  };
  const ports = () => ({ ...world.options.ports, users: world.users });

  it("removes sealed data, and responses of mail servers, from dead letters", async () => {
    const refusing = {
      send: () => Promise.reject(new Error("550 <bob@example.com>: no such box")),
    };
    world = await aWorld({ tries: 1 });
    await world.start({ ports: { ...world.options.ports, mailer: refusing } });
    const user = await aUser(world.users);
    await append("user.email_changed", user.id, { email: "old@example.com" });
    await append("user.registration_attempted", undefined, { emailKey: user.emailKey });
    const dead = async () => (await jobs()).filter(({ name }) => name === "mail.dead");
    await expect.poll(async () => (await dead()).length, PATIENCE).toBe(2);
    expect(JSON.stringify(await dead())).toContain("sealed");
    await deleteUser(ports(), user.id);
    const left = async () => (await dead()).filter(({ kept }) => /sealed|550/.test(kept)).length;
    await expect.poll(left, PATIENCE).toBe(0);
    // The dead letters remain, without content.
    expect((await dead()).length).toBeGreaterThanOrEqual(2);
  });

  it("leaves the notice of a changed address, which must still be sent", async () => {
    world = await aWorld();
    const holding = await world.start({ pausedSubscribers: ["mail"] });
    const user = await aUser(world.users);
    await append("user.email_changed", user.id, { email: "robbed@example.com" });
    await deleteUser(ports(), user.id);
    const forgotten = async () => {
      const { rows } = await sql`
        select from postern_queues.job where name = 'erasure' and state = 'completed'`.execute(
        world.db,
      );
      return rows.length;
    };
    await expect.poll(forgotten, PATIENCE).toBe(1);
    await holding.stop();
    await world.start();
    const told = () => world.mailer.list().map(({ to }) => to);
    await expect.poll(told, PATIENCE).toContain("robbed@example.com");
    const sealed = async () => (await jobs()).filter(({ kept }) => kept.includes("sealed")).length;
    await expect.poll(sealed, PATIENCE).toBe(0);
  });

  it("is done for unverified users by the clean-up, without a mail", async () => {
    world = await aWorld();
    const late = await aUser(world.users, { verifyWithinMs: -1 });
    const other = await aUser(world.users, { verifyWithinMs: 60_000 });
    const idle = await world.start({ choresAfterMs: 10, deletesUnverified: false });
    await new Promise((resolve) => setTimeout(resolve, 300));
    // Without mailed links no user is deleted.
    expect(await world.users.findById(late.id)).toBeDefined();
    await idle.stop();
    await world.start({ choresAfterMs: 10 });
    await expect.poll(() => world.users.findById(late.id), PATIENCE).toBeUndefined();
    expect(await world.users.findById(other.id)).toBeDefined();
    expect((await world.events.list(late.id, 10)).map(({ type }) => type)).toEqual([
      "user.deleted",
    ]);
    await expect
      .poll(async () => (await jobs()).map(({ state }) => state), PATIENCE)
      .toEqual(["completed"]);
    expect(world.mailer.list()).toEqual([]);
  });
});
