export { connectPostgres, type PostgresConnection } from "./connect.ts";
export { postgresDeviceStore } from "./device-store.ts";
export { postgresEmailChangeStore } from "./email-change-store.ts";
export { openPayload } from "./event-log.ts";
export { type Listener, listenPostgres, type OnSignal } from "./listen.ts";
export { type EventSearch, postgresEventStore, searchEvents } from "./event-store.ts";
export { type ClaimedEvent, claimOutbox } from "./outbox.ts";
export { migrate, requireCurrentSchema } from "./migrate.ts";
export type { Schema } from "./schema.ts";
export { postgresSessionStore } from "./session-store.ts";
export { postgresTokenStore } from "./token-store.ts";
export { postgresUserStore } from "./user-store.ts";
export {
  postgresWebhookStore,
  type WebhookAttempt,
  type WebhookEndpoint,
  type WebhookSecret,
  type WebhookStore,
} from "./webhook-store.ts";
