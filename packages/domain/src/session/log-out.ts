import { newEvent } from "../event/new-event.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { sessionIdOf } from "./session-id.ts";
import type { Session } from "./session.ts";

/**
 * Ends the session. The event is committed first, so that the end outlives whatever the session store
 * may lose; but the session ends even when the event cannot be committed, and then this throws. The
 * token itself says which session it is, so the session store is asked once, to end it.
 */
export async function logOut(
  ports: Pick<Ports, "clock" | "ids" | "secrets" | "sessions" | "users">,
  token: string | undefined,
): Promise<Result<undefined, "session_missing">> {
  const read = token === undefined ? undefined : ports.secrets.readSessionToken(token);
  if (!read) return err("session_missing");
  const { userId, tokenHash } = read;
  const sessionId = sessionIdOf(tokenHash);
  const revoked = newEvent(ports, "session.revoked", {
    userId,
    data: { sessionId, by: "log_out" },
  });
  let revocation: "now" | "before" | undefined;
  let ended: Session | undefined;
  try {
    revocation = await ports.users.revokeOwn({ userId, sessionId }, [revoked]);
  } finally {
    ended = await ports.sessions.end(userId, sessionId);
  }
  // Before, and live until now: a log-out that was committed, and then not carried out.
  if (revocation) return revocation === "now" || ended ? ok(undefined) : err("session_missing");
  // All have ended meanwhile, and this one may have got a successor, which is not logged out; or the
  // users' store was brought back from before the log-in, and only the epoch tells.
  const isRevoked = ended && (await ports.users.revoke(ended, [revoked]));
  return isRevoked ? ok(undefined) : err("session_missing");
}
