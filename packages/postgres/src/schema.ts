import type {
  EmailKey,
  EventId,
  Language,
  PasswordHash,
  SessionId,
  TokenHash,
  TokenPurpose,
  UserId,
} from "@postern/domain";
import type { ColumnType, Generated } from "kysely";

/** The tables after all migrations. Each store turns rows into domain objects in its own file. */
export interface Schema {
  readonly users: UsersTable;
  readonly events: EventsTable;
  readonly outbox: OutboxTable;
  readonly sessions: SessionsTable;
  readonly tokens: TokensTable;
  readonly devices: DevicesTable;
  readonly session_records: SessionRecordsTable;
  readonly email_changes: EmailChangesTable;
  readonly failure_counts: FailureCountsTable;
  readonly rate_limits: RateLimitsTable;
  readonly webhook_endpoints: WebhookEndpointsTable;
  readonly webhook_attempts: WebhookAttemptsTable;
}

export interface UsersTable {
  readonly id: UserId;
  readonly email: string;
  readonly email_key: EmailKey;
  /** NULL: there is no password. NULL matches nothing, not even another NULL. */
  readonly password_hash: PasswordHash | null;
  readonly epoch: Generated<number>;
  readonly revision: Generated<number>;
  readonly email_verified_at: Date | null;
  /** The user is deleted at this time unless the address is verified. NULL: never. */
  readonly verify_by: Date | null;
  readonly disabled_at: Date | null;
  /** BCP 47. NULL: not known. */
  readonly language: Language | null;
  /** SHA-256 of the last reset's idempotency key and token. It tells a retry from a second use. */
  readonly idempotency_hash: Uint8Array | null;
  readonly created_at: Generated<Date>;
  readonly updated_at: Generated<Date>;
}

export interface EventsTable {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly user_id: UserId | null;
  /** By the clock of the process in which it happened. */
  readonly occurred_at: Date;
  /** By Postgres' clock. "Since" is asked by this one. */
  readonly recorded_at: Generated<Date>;
  readonly data: ColumnType<unknown, string, never>;
}

/** Events that are not yet handed to the subscribers. */
interface OutboxTable {
  readonly event_id: string;
  readonly created_at: Generated<Date>;
  /** The event's payload, encrypted. NULL: the installation had no keys. */
  readonly sealed: string | null;
}

export interface SessionsTable {
  readonly token_hash: TokenHash;
  readonly id: SessionId;
  readonly user_id: UserId;
  readonly epoch: number;
  readonly idle_ms: number;
  readonly created_at: Generated<Date>;
  readonly last_seen_at: Generated<Date>;
  readonly absolute_expires_at: Date;
  readonly remembered: boolean;
}

interface TokensTable {
  readonly token_hash: TokenHash;
  readonly purpose: TokenPurpose;
  readonly user_id: UserId;
  readonly epoch: number;
  readonly by_mail: boolean;
  readonly change_id: EventId | null;
  readonly expires_at: Date;
  /** Stored by `TokenStore.replace`: at most one per user and purpose. */
  readonly is_sole: Generated<boolean>;
}

export interface SessionRecordsTable {
  readonly id: SessionId;
  readonly user_id: UserId;
  readonly epoch: number;
  readonly device: string | null;
  readonly network: string | null;
  /** The latest possible end of the session. */
  readonly expires_at: Date;
  readonly created_at: Generated<Date>;
  /** When its end was recorded. NULL: it was not ended by itself. */
  readonly ended_at: Generated<Date | null>;
}

interface FailureCountsTable {
  /** A keyed hash of what is counted. */
  readonly key: string;
  readonly failures: number;
  /** Whether the newest reservation found a place. */
  readonly is_reserved: boolean;
  readonly user_id: UserId | null;
  readonly updated_at: Generated<Date>;
}

/** The windows of rate-limiter-flexible. */
interface RateLimitsTable {
  readonly key: string;
  readonly points: number;
  /** In milliseconds since 1970. */
  readonly expire: string | null;
}

export interface EmailChangesTable {
  /** The id of the event that requested it. */
  readonly id: EventId;
  readonly user_id: UserId;
  readonly epoch: number;
  readonly email: string;
  readonly email_key: EmailKey;
  readonly created_at: Generated<Date>;
  readonly expires_at: Date;
}

interface DevicesTable {
  readonly user_id: UserId;
  readonly device: string;
  /** The `session.created` event of the first log-in with it. */
  readonly first_event_id: EventId;
}

export interface WebhookEndpointsTable {
  readonly id: string;
  readonly url: string;
  /** NULL: all types. */
  readonly event_types: readonly string[] | null;
  /** JSON of the signing secrets, encrypted. */
  readonly sealed_secrets: string;
  readonly paused_at: Date | null;
  readonly paused_because: "operator" | "gone" | null;
  readonly created_at: Generated<Date>;
}

export interface WebhookAttemptsTable {
  readonly id: Generated<string | number>;
  readonly endpoint_id: string;
  readonly event_id: EventId;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly attempted_at: Generated<Date>;
  readonly duration_ms: number;
  /** NULL: there was no answer. */
  readonly status: number | null;
  /** The start of the answer, or the reason why there is none. */
  readonly answer: string;
}
