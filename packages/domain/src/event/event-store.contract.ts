import { expect, it } from "vitest";
import { memoryIds } from "../memory.ts";
import { anEvent, aSessionId, aUser, type UserWorld } from "../user/user.fixture.ts";
import type { UserEvent } from "./event.ts";

/**
 * What every EventStore does.
 *
 * @example
 *   describe("events", () => eventStoreContract(async () => ({ users, events })));
 */
export function eventStoreContract(open: () => Promise<UserWorld>): void {
  it("gives back every kind of event as it was kept", async () => {
    const { users, events } = await open();
    const { id: userId } = await aUser(users);
    const ids = memoryIds();
    const occurredAt = new Date("2026-02-03T04:05:06.789Z");
    const sessionId = aSessionId();
    const common = { version: 1, userId, occurredAt } as const;
    const reset = { epoch: 3, expiresAt: "2026-02-03T04:20:06.789Z", tokenBy: "mail" } as const;
    const link = { epoch: 3, expiresAt: reset.expiresAt };
    const kinds: UserEvent[] = [
      { ...common, id: ids.eventId(), type: "user.created", data: {} },
      { ...common, id: ids.eventId(), type: "user.password_changed", data: { by: "reset" } },
      { ...common, id: ids.eventId(), type: "user.password_reset_requested", data: reset },
      { ...common, id: ids.eventId(), type: "user.disabled", data: {} },
      { ...common, id: ids.eventId(), type: "user.enabled", data: {} },
      { ...common, id: ids.eventId(), type: "user.sessions_ended", data: { by: "operator" } },
      { ...common, id: ids.eventId(), type: "user.deleted", data: {} },
      { ...common, id: ids.eventId(), type: "user.email_verification_requested", data: link },
      { ...common, id: ids.eventId(), type: "user.email_verified", data: { by: "link" } },
      { ...common, id: ids.eventId(), type: "user.email_change_requested", data: link },
      { ...common, id: ids.eventId(), type: "user.email_changed", data: {} },
      { ...common, id: ids.eventId(), type: "session.created", data: { sessionId } },
      { ...common, id: ids.eventId(), type: "session.revoked", data: { sessionId, by: "log_out" } },
    ];
    await events.append(kinds);
    expect(await events.list(userId, 100)).toEqual(kinds);
    expect(await events.list(userId, 2, kinds[2]?.id)).toEqual(kinds.slice(3, 5));
    expect(await events.list(userId, 2, kinds.at(-1)?.id)).toEqual([]);
    for (const event of kinds) expect(await events.find(event.id)).toEqual(event);
  });

  it("keeps the end of a session once, however many end it at once", async () => {
    const { users, events } = await open();
    const { id: userId } = await aUser(users);
    const ids = memoryIds();
    const data = { sessionId: aSessionId(), by: "user" } as const;
    const end = (): UserEvent => ({
      id: ids.eventId(),
      type: "session.revoked",
      version: 1,
      userId,
      occurredAt: new Date(),
      data,
    });
    await Promise.all(Array.from({ length: 10 }, () => events.append([end()])));
    expect(await events.list(userId, 100)).toHaveLength(1);
    await events.append([end(), anEvent(userId)]);
    expect(await events.list(userId, 100)).toHaveLength(2);
  });

  it("keeps an event without a user", async () => {
    const { events } = await open();
    const event: UserEvent = {
      id: memoryIds().eventId(),
      type: "user.password_reset_requested",
      version: 1,
      userId: undefined,
      occurredAt: new Date("2026-02-03T04:05:06.789Z"),
      data: { epoch: 0, expiresAt: "2026-02-03T04:20:06.789Z", tokenBy: "mail" },
    };
    const type = "user.registration_attempted";
    const other: UserEvent = {
      ...event,
      id: memoryIds().eventId(),
      type,
      userId: undefined,
      data: {},
    };
    await events.append([event, other]);
    expect(await events.find(event.id)).toEqual(event);
    expect(await events.find(other.id)).toEqual(other);
  });

  it("keeps what is for the handlers apart", async () => {
    const { users, events } = await open();
    const { id } = await aUser(users);
    const event = anEvent(id);
    await events.append([{ ...event, payload: { device: "Firefox on Windows" } }]);
    expect(await events.find(event.id)).toEqual(event);
  });

  it("keeps an event once, however often it is appended", async () => {
    const { users, events } = await open();
    const { id } = await aUser(users);
    const event = anEvent(id);
    await Promise.all([events.append([event]), events.append([event]), events.append([event])]);
    expect(await events.list(id, 10)).toEqual([event]);
  });

  it("lists no more than it is asked for", async () => {
    const { users, events } = await open();
    const { id } = await aUser(users);
    const three = [anEvent(id), anEvent(id), anEvent(id)];
    await events.append(three);
    expect(await events.list(id, 2)).toEqual(three.slice(0, 2));
    expect(await events.find(anEvent(id).id)).toBeUndefined();
  });
}
