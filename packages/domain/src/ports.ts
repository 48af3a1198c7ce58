import type { Clock } from "./clock.ts";
import type { EventStore } from "./event/event-store.ts";
import type { IdSource } from "./ids.ts";
import type { BreachedPasswords } from "./password/breached-passwords.ts";
import type { PasswordHasher } from "./password/password-hasher.ts";
import type { Policy } from "./policy.ts";
import type { TokenStore } from "./token/token-store.ts";
import type { DeviceStore } from "./session/device-store.ts";
import type { SecretSource } from "./token/token-factory.ts";
import type { SessionStore } from "./session/session-store.ts";
import type { UserStore } from "./user/user-store.ts";
import type { EmailChangeStore } from "./verification/email-change-store.ts";

/** Everything a use case may touch, each under the one name it has everywhere. */
export interface Ports {
  readonly breachedPasswords: BreachedPasswords;
  readonly clock: Clock;
  readonly devices: DeviceStore;
  readonly emailChanges: EmailChangeStore;
  readonly events: EventStore;
  readonly hasher: PasswordHasher;
  readonly ids: IdSource;
  readonly policy: Policy;
  readonly secrets: SecretSource;
  readonly sessions: SessionStore;
  readonly tokens: TokenStore;
  readonly users: UserStore;
}
