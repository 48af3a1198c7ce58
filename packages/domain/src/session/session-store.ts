import type { SessionId, UserId } from "../ids.ts";
import type { User } from "../user/user.ts";
import type { TokenHash } from "../token/token-factory.ts";
import type { Session, SessionRules } from "./session.ts";

export interface SessionOpening {
  /** Its id is `sessionIdOf` this. */
  readonly tokenHash: TokenHash;
  /** The user as it was read at log-in; its epoch becomes the session's. */
  readonly user: User;
  readonly rules: SessionRules;
  readonly remembered?: boolean;
  /** A session of an earlier epoch whose place it takes: it is as old, and lasts no longer. */
  readonly continues?: Session | undefined;
}

/** What a check answers: enough for a page without another look at any store. */
export interface CheckedSession {
  readonly session: Session;
  readonly user: Pick<User, "id" | "email" | "emailVerifiedAt">;
}

/**
 * Sessions, and the copy of epoch and user that lets one look answer a check. A session counts only
 * while its epoch is the user's. Expiry is judged by the store's own clock.
 */
export interface SessionStore {
  /**
   * Opens a session, ending the user's oldest beyond `MAX_SESSIONS`. `undefined`: the store knows a
   * later epoch, so the log-in that asks has been overtaken.
   */
  open(opening: SessionOpening): Promise<Session | undefined>;
  /** The live session with this token, touched if `touchEveryMs` have passed since it last was. */
  check(
    userId: UserId,
    tokenHash: TokenHash,
    rules: Pick<SessionRules, "touchEveryMs">,
  ): Promise<CheckedSession | undefined>;
  /** Ends one session, and gives it if it was live. Ending what has ended already is no error. */
  end(userId: UserId, sessionId: SessionId): Promise<Session | undefined>;
  /**
   * Writes what the users' store says now over the copy, if that is newer by `revision`; sessions of
   * earlier epochs end. Order and repetition do not matter. Makes no copy where there is none.
   */
  project(user: User): Promise<void>;
  /** Drops everything about a user who is gone. */
  forget(userId: UserId): Promise<void>;
  /** Live sessions, oldest first; never more than `MAX_SESSIONS`. */
  list(userId: UserId): Promise<readonly Session[]>;
}
