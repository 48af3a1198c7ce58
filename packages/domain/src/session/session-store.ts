import type { SessionId, UserId } from "../ids.ts";
import type { TokenHash } from "../token/token.ts";
import type { User } from "../user/user.ts";
import type { Session, SessionRules } from "./session.ts";

export interface SessionOpening {
  /** The session's id is `sessionIdOf(tokenHash)`. */
  readonly tokenHash: TokenHash;
  /** The user as read at log-in. Its epoch becomes the session's. */
  readonly user: User;
  readonly rules: SessionRules;
  readonly remembered?: boolean;
  /**
   * The session of an earlier epoch that this one replaces, with its creation and absolute expiry.
   */
  readonly replaces?: Session | undefined;
}

/** The result of a check: enough to answer a request without asking any other store. */
export interface CheckedSession {
  readonly session: Session;
  readonly user: Pick<User, "id" | "email" | "emailVerifiedAt">;
}

/**
 * Stores sessions, with a copy of each user's epoch, so that one round trip answers a check. A
 * session counts only while its epoch is the user's. Expiry is judged by the store's own clock.
 */
export interface SessionStore {
  /**
   * Opens a session, and ends the user's oldest one beyond `MAX_SESSIONS`. `undefined`: the store
   * has a later epoch, so another change has overtaken this log-in.
   */
  open(opening: SessionOpening): Promise<Session | undefined>;
  /** Returns the live session with this token, and touches it every `touchEveryMs`. */
  check(
    userId: UserId,
    tokenHash: TokenHash,
    rules: Pick<SessionRules, "touchEveryMs">,
  ): Promise<CheckedSession | undefined>;
  /** Ends one session, and returns it if it was live. Ending an ended session is not an error. */
  end(userId: UserId, sessionId: SessionId): Promise<Session | undefined>;
  /**
   * Replaces the store's copy of the user if `user.revision` is higher, and ends sessions of
   * earlier epochs. Order and repetition do not matter. Creates no copy where there is none.
   */
  syncUser(user: User): Promise<void>;
  /** Deletes the copy and all sessions of a user. */
  deleteUser(userId: UserId): Promise<void>;
  /** Returns live sessions, the oldest first, at most `MAX_SESSIONS`. */
  list(userId: UserId): Promise<readonly Session[]>;
}
