import type { Ports } from "../ports.ts";
import type { CheckedSession } from "./session-store.ts";

/** Whose session is this? One look at one store; `undefined` for whatever is not a live session. */
export async function checkSession(
  ports: Pick<Ports, "policy" | "secrets" | "sessions">,
  token: string | undefined,
): Promise<CheckedSession | undefined> {
  // A missing token ends here: looked up as it is, it could match a row that has none either.
  if (token === undefined) return undefined;
  const read = ports.secrets.readSessionToken(token);
  if (!read) return undefined;
  return await ports.sessions.check(read.userId, read.tokenHash, ports.policy.session);
}
