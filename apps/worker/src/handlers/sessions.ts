import type { UserEvent } from "@postern/domain";
import type { Handler, Subscriber } from "../subscriber.ts";

type OfUser = Extract<
  UserEvent,
  { type: "user.password_changed" | "user.disabled" | "user.enabled" }
>;

/**
 * Writes epoch and user into the session store again, as Postgres has them now. The event says only
 * whom to look at: what it said when it happened may be old by now.
 */
const project: Handler<OfUser> = async ({ sessions, users }, { userId }) => {
  const user = await users.find(userId);
  if (user) await sessions.project(user);
};

/** What a request could not write to the session store after its commit is written all the same. */
export const sessionsSubscriber: Subscriber = {
  name: "sessions",
  on: {
    "session.revoked": ({ sessions }, { userId, data }) => sessions.end(userId, data.sessionId),
    "user.password_changed": project,
    "user.disabled": project,
    "user.enabled": project,
    "session.created": undefined,
    "user.created": undefined,
    "user.password_reset_requested": undefined,
    "user.registration_attempted": undefined,
  },
};
