import { newEvent } from "../event/new-event.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { checkSession } from "./check-session.ts";

/**
 * Ends the session. The event is committed first, so that the end outlives whatever the session store
 * may lose; but the session ends even when the event cannot be committed, and then this throws.
 */
export async function logOut(
  ports: Pick<Ports, "clock" | "ids" | "policy" | "secrets" | "sessions" | "users">,
  token: string | undefined,
): Promise<Result<undefined, "session_missing">> {
  const checked = await checkSession(ports, token);
  if (!checked) return err("session_missing");
  const { id: sessionId, userId } = checked.session;
  const revoked = newEvent(ports, "session.revoked", {
    userId,
    data: { sessionId, by: "log_out" },
  });
  let isRevoked = false;
  try {
    isRevoked = await ports.users.revoke(checked.session, [revoked]);
  } finally {
    await ports.sessions.end(userId, sessionId);
  }
  // All have ended meanwhile, and this one may have got a successor: that one is not logged out.
  return isRevoked ? ok(undefined) : err("session_missing");
}
