import type { Clock } from "./clock.ts";
import type { EventStore } from "./event/event-store.ts";
import type { IdSource } from "./ids.ts";
import type { PasswordHasher } from "./password/password-hasher.ts";
import type { Policy } from "./policy.ts";
import type { TokenStore } from "./recovery/token-store.ts";
import type { DeviceStore } from "./session/device-store.ts";
import type { SecretSource } from "./session/secret-source.ts";
import type { SessionStore } from "./session/session-store.ts";
import type { UserStore } from "./user/user-store.ts";

/** Everything a use case may touch, each under the one name it has everywhere. */
export interface Ports {
  readonly clock: Clock;
  readonly devices: DeviceStore;
  readonly events: EventStore;
  readonly hasher: PasswordHasher;
  readonly ids: IdSource;
  readonly policy: Policy;
  readonly secrets: SecretSource;
  readonly sessions: SessionStore;
  readonly tokens: TokenStore;
  readonly users: UserStore;
}
