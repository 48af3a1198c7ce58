import { newEvent } from "../event/new-event.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { checkSession } from "./check-session.ts";

/** Ends one session of whoever asks, by its public id. Tells whether it was the one that asked. */
export async function endSession(
  ports: Pick<Ports, "clock" | "ids" | "policy" | "secrets" | "sessions" | "users">,
  token: string | undefined,
  sessionId: string,
): Promise<Result<{ readonly wasCurrent: boolean }, "session_missing" | "session_not_found">> {
  const checked = await checkSession(ports, token);
  if (!checked) return err("session_missing");
  const { id: userId } = checked.user;
  const session = (await ports.sessions.list(userId)).find(({ id }) => id === sessionId);
  if (!session) return err("session_not_found"); // or it is somebody else's, which is the same
  const data = { sessionId: session.id, by: "user" } as const;
  let isRevoked = false;
  try {
    const revoked = newEvent(ports, "session.revoked", { userId, data });
    isRevoked = await ports.users.revoke(checked.session, [revoked]);
  } finally {
    await ports.sessions.end(userId, session.id);
  }
  // Every session has ended meanwhile, and that one may have got a successor.
  if (!isRevoked) return err("session_missing");
  return ok({ wasCurrent: session.id === checked.session.id });
}
