export { connectPostgres, type PostgresConnection } from "./connect.ts";
export { postgresEventStore } from "./event-store.ts";
export { claimOutbox } from "./outbox.ts";
export { migrate, requireCurrentSchema } from "./migrate.ts";
export type { Schema } from "./schema.ts";
export { postgresSessionStore } from "./session-store.ts";
export { postgresTokenStore } from "./token-store.ts";
export { postgresUserStore } from "./user-store.ts";
