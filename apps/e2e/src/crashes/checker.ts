import type { Redis } from "ioredis";
import type { Stores } from "../stores.ts";
import type { Acknowledged } from "./traffic.ts";
import { sessionKeyOf } from "../session-key.ts";

/** A side effect outside: its event, its receiver and its time. */
export interface Effect {
  readonly receiver: string;
  readonly eventId: string;
  readonly at: number;
}

export interface Tally {
  readonly kills: number;
  readonly killsByStep: Readonly<Record<string, number>>;
  readonly acknowledged: number;
  readonly users: number;
  readonly events: number;
  readonly mails: number;
  readonly posts: number;
  readonly epochsInRedis: number;
  /** Acknowledged, but not stored. */
  readonly lost: readonly string[];
  /** Side effects that an event should have had and did not have. */
  readonly missing: readonly string[];
  readonly duplicates: number;
  /** Caused by one kill: at one receiver, and at all receivers together. */
  readonly mostAtOneReceiver: number;
  readonly mostByOneKill: number;
}

interface Kept {
  readonly id: string;
  readonly type: string;
  readonly user_id: string | null;
}

export interface Evidence {
  readonly stores: Stores;
  readonly redis: Redis;
  readonly acknowledged: Acknowledged;
  readonly effects: readonly Effect[];
  /** Every receiver of posts. Mails have a receiver of their own. */
  readonly endpoints: readonly string[];
  readonly kills: readonly { readonly step: string; readonly at: number }[];
}

const MAILED = new Set(["user.password_changed", "user.password_reset_requested"]);

/** Returns the side effects that events should have had and did not have. */
export async function missingEffects({ stores, effects, endpoints }: Evidence): Promise<string[]> {
  const events = await stores.query<Kept>("select id, type, user_id from postern.events");
  const had = new Set(effects.map(({ receiver, eventId }) => `${receiver} ${eventId}`));
  const wanted = events
    .filter(({ user_id }) => user_id !== null)
    .flatMap(({ id, type }) => {
      const receivers = MAILED.has(type) ? ["mail", ...endpoints] : endpoints;
      return receivers.map((receiver) => `${receiver} ${id}`);
    });
  return wanted.filter((one) => !had.has(one));
}

/** Compares acknowledgements with rows, rows with events, and events with side effects. */
export async function tally(evidence: Evidence): Promise<Tally> {
  const { stores, redis, acknowledged, effects, kills } = evidence;
  const users = await stores.query<{ id: string; email: string; epoch: number; revision: number }>(
    "select id, email, epoch, revision from postern.users",
  );
  const events = await stores.query<Kept>("select id, type, user_id from postern.events");
  const count = (type: string, userId: string) =>
    events.filter((event) => event.type === type && event.user_id === userId).length;
  const byEmail = new Map(users.map((user) => [user.email, user]));
  const lost: string[] = [];
  const expectAll = (emails: readonly string[], what: string, is: (id: string) => boolean) => {
    for (const email of emails) {
      const user = byEmail.get(email);
      if (!user || !is(user.id)) lost.push(`${what} of ${email}`);
    }
  };
  expectAll(acknowledged.registered, "registration", (id) => count("user.created", id) === 1);
  expectAll(acknowledged.loggedIn, "log-in", (id) => count("session.created", id) === 1);
  expectAll(
    acknowledged.resetRequested,
    "reset request",
    (id) => count("user.password_reset_requested", id) === 1,
  );
  expectAll(acknowledged.reset, "reset", (id) => count("user.password_changed", id) === 1);
  // A row without its event, or an event without its row, whether acknowledged or not.
  for (const { id, email, epoch } of users) {
    if (count("user.created", id) !== 1) lost.push(`user.created of ${email}`);
    if (count("user.password_changed", id) !== epoch)
      lost.push(`user.password_changed of ${email}`);
  }
  let epochsInRedis = 0;
  for (const { id, email, epoch } of users) {
    const kept = await redis.hget(await sessionKeyOf(redis, id), "user");
    if (kept === null) continue;
    epochsInRedis += 1;
    if (Number(kept.split(" ")[0]) !== epoch) lost.push(`epoch of ${email} in Redis`);
  }
  const repeats = countDuplicates(effects, kills);
  return {
    kills: kills.length,
    killsByStep: Object.fromEntries(
      [...Map.groupBy(kills, ({ step }) => step)].map(([step, all]) => [step, all.length]),
    ),
    acknowledged: Object.values(acknowledged).flat().length,
    users: users.length,
    events: events.length,
    mails: effects.filter(({ receiver }) => receiver === "mail").length,
    posts: effects.filter(({ receiver }) => receiver !== "mail").length,
    epochsInRedis,
    lost,
    missing: await missingEffects(evidence),
    ...repeats,
  };
}

/**
 * Bytes that a killed process has sent may arrive a moment later. A new process takes longer to
 * start.
 */
const ON_ITS_WAY_MS = 200;

/** A repeat is attributed to the first kill of a worker after the repeated side effect. */
function countDuplicates(effects: readonly Effect[], kills: Evidence["kills"]) {
  const ofWorkers = kills.filter(({ step }) => step.startsWith("worker"));
  const seen = new Map<string, number>();
  const blamed = new Map<string, number>();
  let duplicates = 0;
  for (const { receiver, eventId, at } of effects.toSorted((one, other) => one.at - other.at)) {
    const key = `${receiver} ${eventId}`;
    const before = seen.get(key);
    seen.set(key, at);
    if (before === undefined) continue;
    duplicates += 1;
    const kill = ofWorkers.findIndex((one) => one.at + ON_ITS_WAY_MS >= before);
    for (const blame of [`${kill}`, `${kill} ${receiver}`]) {
      blamed.set(blame, (blamed.get(blame) ?? 0) + 1);
    }
  }
  const most = (isAll: boolean) =>
    Math.max(
      0,
      ...[...blamed].filter(([key]) => key.includes(" ") !== isAll).map(([, count]) => count),
    );
  return { duplicates, mostAtOneReceiver: most(false), mostByOneKill: most(true) };
}
