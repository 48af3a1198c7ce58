import { memoryIds } from "../memory.ts";
import { aHash, aTokenHash, aUser } from "../user/user.fixture.ts";
import type { User } from "../user/user.ts";
import type { UserStore } from "../user/user-store.ts";
import { sessionIdOf } from "./session-id.ts";
import type { SessionRules } from "./session.ts";
import type { SessionOpening, SessionStore } from "./session-store.ts";

export interface SessionWorld {
  readonly sessions: SessionStore;
  readonly users: UserStore;
  /** Lets `ms` pass by the session store's clock. */
  pass(ms: number): Promise<void>;
}

export const ids = memoryIds();
export const HOUR_MS = 3_600_000;
export const RULES: SessionRules = {
  idleMs: HOUR_MS,
  absoluteMs: 2 * HOUR_MS,
  touchEveryMs: HOUR_MS,
};

export function anOpening(user: User, rules: Partial<SessionRules> = {}): SessionOpening {
  return { tokenHash: aTokenHash(), user, rules: { ...RULES, ...rules } };
}

export const idOf = ({ tokenHash }: SessionOpening) => sessionIdOf(tokenHash);

/** Creates a user with `count` sessions. */
export async function openedIn(world: SessionWorld, count = 1, rules: Partial<SessionRules> = {}) {
  const user = await aUser(world.users);
  const openings: SessionOpening[] = [];
  for (let index = 0; index < count; index += 1) {
    if (index > 0) await world.pass(1); // some clocks have a resolution of one millisecond
    const opening = anOpening(user, rules);
    openings.push(opening);
    await world.sessions.open(opening);
  }
  const [opening] = openings;
  if (!opening) throw new Error("count is at least 1");
  const isLive = async (one: SessionOpening) =>
    (await world.sessions.check(user.id, one.tokenHash, RULES)) !== undefined;
  return { ...world, user, opening, openings, isLive };
}

export async function raiseEpoch(users: UserStore, user: User): Promise<User> {
  const change = { userId: user.id, expectedEpoch: user.epoch, passwordHash: aHash("next") };
  const renewed = await users.replacePassword(change, []);
  if (!renewed) throw new Error("nobody else changes this user");
  return renewed;
}
