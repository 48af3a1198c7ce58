import {
  deleteUser,
  disableUser,
  enableUser,
  endSessions,
  type EventStore,
  type Ports,
  type Session,
  type SessionStore,
  type UserEvent,
  type UserId,
} from "@postern/domain";
import { aHash, aTokenHash, aUser } from "@postern/domain/contract";
import { memoryPorts } from "@postern/domain/memory";
import { connectRedis, noFence, type RedisConnection, redisStores } from "@postern/redis";
import { testServers } from "@postern/test-servers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { handlerFor, type HandlerPorts } from "../subscriber.ts";
import { sessionsSubscriber } from "./sessions.ts";

const { redisUrl } = testServers();
const CHANGES = [
  "reset",
  "disable",
  "enable",
  "rehash",
  "end",
  "endOne",
  "open",
  "delete",
] as const;

/** Ports whose changes commit. `withLostCalls` loses what a change then tells the session store. */
function worldOn(sessions: SessionStore) {
  const ports: Ports = { ...memoryPorts(), sessions };
  const lost = {
    syncUser: async () => undefined,
    end: async () => undefined,
    deleteUser: async () => undefined,
  };
  const withLostCalls: Ports = { ...ports, sessions: { ...sessions, ...lost } };
  /** Every session that was opened, ended or not. */
  const opened: Session[] = [];
  return { ports, withLostCalls, opened };
}

async function change(
  { ports, withLostCalls, opened }: ReturnType<typeof worldOn>,
  userId: UserId,
  kind: (typeof CHANGES)[number],
): Promise<void> {
  const user = await ports.users.findById(userId);
  if (!user) return;
  const id = ports.ids.eventId();
  const occurredAt = ports.clock.now();
  if (kind === "disable") await disableUser(withLostCalls, userId);
  else if (kind === "enable") await enableUser(withLostCalls, userId);
  else if (kind === "delete") await deleteUser(withLostCalls, userId);
  else if (kind === "end") await endSessions(withLostCalls, [userId]);
  else if (kind === "rehash") {
    const rehash = { userId, expectedEpoch: user.epoch, expectedHash: aHash() };
    await ports.users.rehash({ ...rehash, passwordHash: aHash() });
  } else if (kind === "reset") {
    const by = { by: "reset" } as const;
    const event: UserEvent = {
      id,
      type: "user.password_changed",
      version: 1,
      userId,
      occurredAt,
      data: by,
    };
    const replacement = { userId, expectedEpoch: user.epoch, passwordHash: aHash() };
    await ports.users.replacePassword(replacement, [event]);
  } else if (kind === "endOne") {
    const [session] = await ports.sessions.list(userId);
    if (!session) return;
    const data = { sessionId: session.id, by: "log_out" } as const;
    await ports.events.append([
      { id, type: "session.revoked", version: 1, userId, occurredAt, data },
    ]);
  } else if (!user.disabledAt) {
    const opening = { tokenHash: aTokenHash(), user };
    const session = await ports.sessions.open({ ...opening, rules: ports.policy.session });
    if (session) opened.push(session);
  }
}

/**
 * Expects the live sessions to be exactly those that were opened at the user's current epoch and
 * not revoked.
 */
async function expectAgreement(
  { ports, opened }: ReturnType<typeof worldOn>,
  userId: UserId,
): Promise<void> {
  const user = await ports.users.findById(userId);
  const events = await everyEvent(ports.events, userId);
  const revoked = new Set(
    events.flatMap((event) => (event.type === "session.revoked" ? [event.data.sessionId] : [])),
  );
  const live = opened.filter(
    (session) =>
      session.userId === userId && session.epoch === user?.epoch && !revoked.has(session.id),
  );
  const listed = await ports.sessions.list(userId);
  expect(listed.map(({ id }) => id).toSorted()).toEqual(live.map(({ id }) => id).toSorted());
}

const everyEvent = (events: EventStore, userId: UserId) => events.list(userId, 1_000);

const runs = fc.record({
  steps: fc.array(
    fc.record({ kind: fc.constantFrom(...CHANGES, "open", "open"), which: fc.nat(1) }),
    {
      minLength: 1,
      maxLength: 25,
    },
  ),
  /** The events that are handled first: any of them, in any order, some more than once. */
  picks: fc.array(fc.nat(), { minLength: 0, maxLength: 60 }),
});

describe.each([
  { name: "memory", isHere: true, numRuns: 300 },
  { name: "redis", isHere: redisUrl !== "", numRuns: 100 },
])("the sessions subscriber, on $name", ({ name, isHere, numRuns }) => {
  let redis: RedisConnection | undefined;
  beforeAll(async () => {
    if (name === "redis" && isHere) redis = await connectRedis(redisUrl);
  });
  afterAll(() => redis?.close());

  it.skipIf(!isHere)(
    "brings the session store to the state of the user store, in any order and with repeats",
    async () => {
      await fc.assert(
        fc.asyncProperty(runs, async ({ steps, picks }) => {
          const sessions = redis
            ? redisStores(redis.client, noFence).sessions
            : memoryPorts().sessions;
          const world = worldOn(sessions);
          const users = [await aUser(world.ports.users), await aUser(world.ports.users)];
          for (const { kind, which } of steps) {
            const user = users[which];
            if (user) await change(world, user.id, kind);
          }
          const lists = await Promise.all(
            users.map(({ id }) => everyEvent(world.ports.events, id)),
          );
          const all = lists.flat();
          const repeated = picks.flatMap((pick) => all[pick % Math.max(1, all.length)] ?? []);
          // Then every event once, shuffled by the end of its id.
          const last = all.toSorted((one, other) =>
            (one.id.at(-1) ?? "").localeCompare(other.id.at(-1) ?? ""),
          );
          for (const event of [...repeated, ...last]) {
            const handler = handlerFor(sessionsSubscriber, event);
            await handler?.(world.ports as unknown as HandlerPorts, event, {
              payload: {},
              keyId: undefined,
            });
          }
          for (const { id } of users) await expectAgreement(world, id);
        }),
        { numRuns },
      );
    },
  );
});
