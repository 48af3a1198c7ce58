import type { Clock } from "./clock.ts";
import type { EventStore } from "./event/event-store.ts";
import type { Seal } from "./event/seal.ts";
import type { IdSource } from "./ids.ts";
import type { FailureCounter } from "./limit/failure-counter.ts";
import type { RateLimiter } from "./limit/rate-limiter.ts";
import type { BreachedPasswords } from "./password/breached-passwords.ts";
import type { PasswordHasher } from "./password/password-hasher.ts";
import type { Policy } from "./policy.ts";
import type { DeviceStore } from "./session/device-store.ts";
import type { SessionLedger } from "./session/session-ledger.ts";
import type { SessionStore } from "./session/session-store.ts";
import type { TokenFactory } from "./token/token-factory.ts";
import type { TokenStore } from "./token/token-store.ts";
import type { UserStore } from "./user/user-store.ts";
import type { EmailChangeStore } from "./verification/email-change-store.ts";

/** All ports, each under the one name that it has everywhere. */
export interface Ports {
  readonly breachedPasswords: BreachedPasswords;
  readonly clock: Clock;
  readonly devices: DeviceStore;
  readonly emailChanges: EmailChangeStore;
  readonly events: EventStore;
  readonly failures: FailureCounter;
  readonly hasher: PasswordHasher;
  readonly ids: IdSource;
  readonly ledger: SessionLedger;
  readonly limiter: RateLimiter;
  readonly policy: Policy;
  readonly seal: Seal;
  readonly sessions: SessionStore;
  readonly tokenFactory: TokenFactory;
  readonly tokens: TokenStore;
  readonly users: UserStore;
}
