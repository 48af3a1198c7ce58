import { afterCommit } from "../after-commit.ts";
import { newEvent } from "../event/new-event.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { checkSession } from "./check-session.ts";
import type { Revocation } from "./session-ledger.ts";

export type EndSessionError = "session_missing" | "session_not_found";

/**
 * Ends one of the caller's sessions by its public id. Returns whether it was the session that made
 * the request.
 */
export async function endSession(
  ports: Pick<Ports, "clock" | "ids" | "ledger" | "policy" | "sessions" | "tokenFactory">,
  token: string | undefined,
  sessionId: string,
): Promise<Result<{ readonly wasCurrent: boolean }, EndSessionError>> {
  const checked = await checkSession(ports, token);
  if (!checked) return err("session_missing");
  const { session: caller } = checked;
  const { userId } = caller;
  const session = (await ports.sessions.list(userId)).find(({ id }) => id === sessionId);
  // Another user's session is answered like an unknown one.
  if (!session) return err("session_not_found");
  const wasCurrent = session.id === caller.id;
  const data = { sessionId: session.id, by: "user" } as const;
  const revoked = newEvent(ports, "session.revoked", { userId, data });
  let toEnd = session; // also if the commit fails, as in a log-out
  let revocation: Revocation | undefined;
  try {
    revocation = await ports.ledger.revoke(session, revoked, wasCurrent ? undefined : caller);
    // Refused: the caller's own session has ended, though the session store does not know it yet.
    if (!revocation) toEnd = caller;
  } finally {
    const end = () => ports.sessions.end(userId, toEnd.id);
    await (revocation ? afterCommit(end) : end());
  }
  return revocation ? ok({ wasCurrent }) : err("session_missing");
}
