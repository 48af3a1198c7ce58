import { afterCommit } from "../after-commit.ts";
import { newEvent } from "../event/new-event.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { sessionIdOf } from "./session-id.ts";
import type { Revocation } from "./session-ledger.ts";
import type { Session } from "./session.ts";

/**
 * Ends the session. The revocation is committed first, so that it outlives any loss in the session
 * store. If the commit fails, the session ends in the session store all the same, and this throws.
 * The token itself contains the session's id, so one round trip to the session store is enough.
 */
export async function logOut(
  ports: Pick<Ports, "clock" | "ids" | "ledger" | "sessions" | "tokenFactory">,
  token: string | undefined,
): Promise<Result<undefined, "session_missing">> {
  const parsed = token === undefined ? undefined : ports.tokenFactory.parseSessionToken(token);
  if (!parsed) return err("session_missing");
  const { userId, tokenHash } = parsed;
  const id = sessionIdOf(tokenHash);
  const data = { sessionId: id, by: "log_out" } as const;
  const revoked = newEvent(ports, "session.revoked", { userId, data });
  let revocation: Revocation | undefined;
  let ended: Session | undefined;
  try {
    revocation = await ports.ledger.revoke({ id, userId }, revoked);
  } finally {
    const end = () => ports.sessions.end(userId, id);
    ended = await (revocation ? afterCommit(end) : end());
  }
  // Already revoked but still live: an earlier log-out crashed in between. This one finished it.
  if (revocation === "revoked" || (revocation && ended)) return ok(undefined);
  if (revocation) return err("session_missing");
  // The epoch has risen, and a fresh session may have replaced this one: that one is not logged
  // out. Or Postgres was restored from before the log-in and does not know the session: then its
  // epoch decides.
  const isRevoked = ended && (await ports.ledger.revoke(ended, revoked));
  return isRevoked ? ok(undefined) : err("session_missing");
}
