import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { checkSession } from "./check-session.ts";
import type { Origin, Session } from "./session.ts";

export type ListedSession = Session & Origin & { readonly isCurrent: boolean };

/** The live sessions of whoever asks, and where each was opened from; the oldest first. */
export async function listSessions(
  ports: Pick<Ports, "policy" | "secrets" | "sessions" | "users">,
  token: string | undefined,
): Promise<Result<readonly ListedSession[], "session_missing">> {
  const checked = await checkSession(ports, token);
  return checked ? ok(await sessionsOf(ports, checked.session)) : err("session_missing");
}

/** The live sessions of the user whose session `current` is. */
export async function sessionsOf(
  ports: Pick<Ports, "sessions" | "users">,
  { id: currentId, userId }: Session,
): Promise<readonly ListedSession[]> {
  const [sessions, origins] = await Promise.all([
    ports.sessions.list(userId),
    ports.users.originsOf(userId),
  ]);
  const originOf = new Map(origins.map((origin) => [origin.sessionId, origin]));
  return sessions.map((session) => {
    const { device, network } = originOf.get(session.id) ?? {};
    const isCurrent = session.id === currentId;
    return Object.assign({ device, network, isCurrent }, session);
  });
}
