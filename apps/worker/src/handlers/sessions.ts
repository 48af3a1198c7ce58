import type { UserId } from "@postern/domain";
import type { Handler, HandlerPorts } from "../subscriber.ts";

/**
 * Writes epoch and user into the session store again, as Postgres has them now, so that what a
 * request could not write after its commit is written all the same. The event says only whom to look
 * at: what it said when it happened may be old by now.
 */
export const handleForSessions: Handler = async (ports, event) => {
  switch (event.type) {
    case "session.revoked":
      return await ports.sessions.end(event.userId, event.data.sessionId);
    case "user.password_changed":
    case "user.disabled":
    case "user.enabled":
      return await project(ports, event.userId);
    case "user.created":
    case "user.password_reset_requested":
    case "session.created":
      return; // nothing that a session depends on has changed
  }
};

async function project({ sessions, users }: HandlerPorts, userId: UserId): Promise<void> {
  const user = await users.find(userId);
  if (user) await sessions.project(user);
}
