import type { OutgoingEvent } from "../event/event.ts";
import type { SessionId, SessionRef, UserId } from "../ids.ts";
import type { ClientInfo } from "./session.ts";

/**
 * What the ledger stores about a session: where it was opened, and when it expires at the latest.
 */
export interface SessionRecord extends SessionRef, ClientInfo {
  readonly expiresAt: Date;
}

/** A session to revoke. Without `epoch`, the ledger takes the epoch that it recorded. */
export type SessionToRevoke = Omit<SessionRef, "epoch"> & { readonly epoch?: number };

export type Revocation = "revoked" | "already_revoked";

/**
 * The durable record of sessions. The session store is a fast copy that may lose a session or bring
 * one back; this record decides.
 */
export interface SessionLedger {
  /**
   * Records a new session and its event, if the user is enabled, still has the session's epoch, and
   * the session that it replaces was not revoked. Returns whether it did. A log-in calls this last:
   * if the password changed during the log-in, the epoch differs and the session is not confirmed.
   */
  confirm(session: SessionRecord, created: OutgoingEvent, replaces?: SessionId): Promise<boolean>;
  /**
   * Records the end of a session, once. `undefined`: the session does not belong to the user's
   * current epoch, or is unknown and `epoch` is missing, or the user is disabled. With
   * `actingSession` another session asks for the end, and must be valid too. A revocation and an
   * epoch change of one user never overlap: one waits for the other. So a session whose end was
   * acknowledged is never replaced by a new one.
   */
  revoke(
    session: SessionToRevoke,
    revoked: OutgoingEvent,
    actingSession?: SessionRef,
  ): Promise<Revocation | undefined>;
  /** Returns the records of these sessions of the user. */
  find(userId: UserId, sessionIds: readonly SessionId[]): Promise<readonly SessionRecord[]>;
  /**
   * Returns the user's recorded sessions, including some that have ended, ordered by id: the first
   * `limit` that follow `after`.
   */
  list(userId: UserId, limit: number, after?: SessionId): Promise<readonly SessionRecord[]>;
}
