export { connectPostgres, type PostgresConnection, probeWrite } from "./connect.ts";
export { openPayload } from "./event-log.ts";
export { type Listener, listenPostgres, type OnSignal } from "./listen.ts";
export { storesInTransaction } from "./in-transaction.ts";
export { type ListedUser, listUsers, type UserSearch } from "./user-list.ts";
export { type EventSearch, searchEvents } from "./event-store.ts";
export { type ClaimedEvent, claimOutbox } from "./outbox.ts";
export { migrate, requireCurrentSchema } from "./migrate.ts";
export {
  allMigrations,
  type PlannedMigration,
  planMigrations,
  planText,
} from "./migration-plan.ts";
export type { Schema } from "./schema.ts";
export { highestStoredCost } from "./stored-cost.ts";
export { postgresSessionHistories } from "./session-histories.ts";
export { postgresStores } from "./stores.ts";
export {
  postgresWebhookStore,
  type WebhookAttempt,
  type WebhookEndpoint,
  type WebhookSecret,
  type WebhookStore,
} from "./webhook-store.ts";
export { DEFAULT_SCHEMA, IN_DEFAULT_SCHEMA, inSchema } from "./in-schema.ts";
