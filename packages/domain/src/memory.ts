import type { Clock } from "./clock.ts";
import { memoryEventStore, memoryLog } from "./event/event-store.memory.ts";
import { memoryFailureCounter } from "./limit/failure-counter.memory.ts";
import { memoryRateLimiter } from "./limit/rate-limiter.memory.ts";
import { memorySeal } from "./event/seal.memory.ts";
import type { EventId, IdSource, UserId } from "./ids.ts";
import { noBreachedPasswords } from "./password/breached-passwords.ts";
import { memoryPasswordHasher } from "./password/password-hasher.memory.ts";
import { coursePolicy } from "./policy.ts";
import type { Ports } from "./ports.ts";
import { memoryTokenStore } from "./token/token-store.memory.ts";
import { memoryDeviceStore } from "./session/device-store.memory.ts";
import { memoryTokenFactory } from "./token/token-factory.memory.ts";
import { memorySessionLedger } from "./session/session-ledger.memory.ts";
import { memorySessionStore } from "./session/session-store.memory.ts";
import { memoryRows } from "./user/user-rows.memory.ts";
import { memoryUserStore } from "./user/user-store.memory.ts";
import { memoryEmailChangeStore } from "./verification/email-change-store.memory.ts";

export { memorySeal } from "./event/seal.memory.ts";
export { memoryPasswordHasher } from "./password/password-hasher.memory.ts";
export { memoryTokenFactory } from "./token/token-factory.memory.ts";

/** A clock that stands still until a test advances it. */
export function memoryClock(start = new Date("2026-01-01T00:00:00Z")): Clock & {
  advance(ms: number): void;
} {
  let now = start.getTime();
  return {
    now: () => new Date(now),
    advance(ms) {
      now += ms;
    },
  };
}

/** Well-formed ids that count from a random start, so that two sources never meet. */
export function memoryIds(): IdSource {
  let count = Math.floor(Math.random() * 2 ** 40);
  const uuid = (version: number) =>
    `00000000-0000-${version}000-8000-${(++count).toString(16).padStart(12, "0")}`;
  return {
    userId: () => uuid(7) as UserId,
    eventId: () => uuid(7) as EventId,
  };
}

/**
 * Creates every port in memory: a whole service for tests and experiments.
 * @example
 * const ports = memoryPorts({ policy: strictPolicy });
 * await registerUser(ports, { email: "bob@example.com", password: "seven green tortoises" });
 */
export function memoryPorts(given: Partial<Ports> = {}): Ports {
  const clock = given.clock ?? memoryClock();
  const log = memoryLog();
  const rows = memoryRows(clock, log);
  return {
    breachedPasswords: noBreachedPasswords,
    clock,
    devices: memoryDeviceStore(),
    emailChanges: memoryEmailChangeStore(clock, log, rows),
    events: memoryEventStore(log),
    failures: memoryFailureCounter(),
    hasher: memoryPasswordHasher(),
    ids: memoryIds(),
    ledger: memorySessionLedger(clock, log, rows),
    limiter: memoryRateLimiter(clock),
    policy: coursePolicy,
    seal: memorySeal(),
    tokenFactory: memoryTokenFactory(),
    sessions: memorySessionStore(clock),
    tokens: memoryTokenStore(clock),
    users: memoryUserStore(clock, log, rows),
    ...given,
  };
}
