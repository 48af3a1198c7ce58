import type { Ports } from "../ports.ts";
import type { CheckedSession } from "./session-store.ts";

/** Returns the live session of this token and its user, in one round trip to one store. */
export async function checkSession(
  ports: Pick<Ports, "policy" | "sessions" | "tokenFactory">,
  token: string | undefined,
): Promise<CheckedSession | undefined> {
  // Without a token there is no session. Nothing is looked up.
  if (token === undefined) return undefined;
  const parsed = ports.tokenFactory.parseSessionToken(token);
  if (!parsed) return undefined;
  return await ports.sessions.check(parsed.userId, parsed.tokenHash, ports.policy.session);
}
