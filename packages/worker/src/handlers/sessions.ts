import { syncSessions, type UserEvent } from "@postern/domain";
import type { Handler, Subscriber } from "../subscriber.ts";

type OfUser = Extract<
  UserEvent,
  {
    type:
      | "user.deleted"
      | "user.disabled"
      | "user.email_changed"
      | "user.email_verified"
      | "user.enabled"
      | "user.password_changed"
      | "user.sessions_ended";
  }
>;

/**
 * Syncs the session store with the user as Postgres has it now. The event says only which user to
 * read: its own content may be outdated.
 */
const sync: Handler<OfUser> = (ports, { userId }) => syncSessions(ports, userId, undefined);

/** Syncs the session store, in case the request crashed between its commit and its own sync. */
export const sessionsSubscriber: Subscriber = {
  name: "sessions",
  atOnce: 20,
  handleWithinMs: 8_000,
  on: {
    "session.revoked": async ({ sessions }, { userId, data }) => {
      await sessions.end(userId, data.sessionId);
    },
    "user.deleted": sync,
    "user.disabled": sync,
    "user.email_changed": sync,
    "user.email_verified": sync,
    "user.enabled": sync,
    "user.password_changed": sync,
    "user.sessions_ended": sync,
    "session.created": undefined,
    "user.created": undefined,
    "user.mail_expired": undefined,
    "user.email_change_requested": undefined,
    "user.email_verification_requested": undefined,
    "user.password_reset_requested": undefined,
    "user.registration_attempted": undefined,
  },
};
