import { reproject, type UserEvent } from "@postern/domain";
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
 * Writes epoch and user into the session store again, as Postgres has them now. The event says only
 * whom to look at: what it said when it happened may be old by now.
 */
const project: Handler<OfUser> = (ports, { userId }) => reproject(ports, userId);

/** What a request could not write to the session store after its commit is written all the same. */
export const sessionsSubscriber: Subscriber = {
  name: "sessions",
  atOnce: 20,
  handleWithinMs: 8_000,
  on: {
    "session.revoked": async ({ sessions }, { userId, data }) => {
      await sessions.end(userId, data.sessionId);
    },
    "user.deleted": project,
    "user.disabled": project,
    "user.email_changed": project,
    "user.email_verified": project,
    "user.enabled": project,
    "user.password_changed": project,
    "user.sessions_ended": project,
    "session.created": undefined,
    "user.created": undefined,
    "user.email_change_requested": undefined,
    "user.email_verification_requested": undefined,
    "user.password_reset_requested": undefined,
    "user.registration_attempted": undefined,
  },
};
