import type { Ports, Seal } from "@postern/domain";
import type { Kysely } from "kysely";
import { postgresDeviceStore } from "./device-store.ts";
import { postgresEmailChangeStore } from "./email-change-store.ts";
import { postgresEventStore } from "./event-store.ts";
import type { Schema } from "./schema.ts";
import { postgresFailureCounter } from "./failure-counter.ts";
import { postgresRateLimiter } from "./rate-limiter.ts";
import { postgresSessionLedger } from "./session-ledger.ts";
import { postgresSessionStore } from "./session-store.ts";
import { postgresTokenStore } from "./token-store.ts";
import { postgresUserStore } from "./user-store.ts";

type Stores = Pick<
  Ports,
  | "devices"
  | "emailChanges"
  | "events"
  | "failures"
  | "ledger"
  | "limiter"
  | "seal"
  | "sessions"
  | "tokens"
  | "users"
>;

/**
 * Every store on one database, and the seal that they use. With Redis, spread `redisStores` over
 * it: those take the place of `limiter`, `sessions` and `tokens`.
 */
export const postgresStores = (db: Kysely<Schema>, seal: Seal): Stores => ({
  devices: postgresDeviceStore(db),
  emailChanges: postgresEmailChangeStore(db, seal),
  events: postgresEventStore(db, seal),
  failures: postgresFailureCounter(db),
  ledger: postgresSessionLedger(db, seal),
  limiter: postgresRateLimiter(db),
  seal,
  sessions: postgresSessionStore(db),
  tokens: postgresTokenStore(db),
  users: postgresUserStore(db, seal),
});
