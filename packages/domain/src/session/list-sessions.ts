import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { checkSession } from "./check-session.ts";
import type { ClientInfo, Session } from "./session.ts";

export type ListedSession = Session & ClientInfo & { readonly isCurrent: boolean };

/** Lists the caller's live sessions and where each was opened, the oldest first. */
export async function listSessions(
  ports: Pick<Ports, "ledger" | "policy" | "sessions" | "tokenFactory">,
  token: string | undefined,
): Promise<Result<readonly ListedSession[], "session_missing">> {
  const checked = await checkSession(ports, token);
  return checked ? ok(await sessionsOf(ports, checked.session)) : err("session_missing");
}

/** Returns the live sessions of `current`'s user. */
export async function sessionsOf(
  ports: Pick<Ports, "ledger" | "sessions">,
  { id: currentId, userId }: Session,
): Promise<readonly ListedSession[]> {
  const sessions = await ports.sessions.list(userId);
  const records = await ports.ledger.find(
    userId,
    sessions.map(({ id }) => id),
  );
  const recordOf = new Map(records.map((record) => [record.id, record]));
  return sessions.map((session) => {
    const { device, network } = recordOf.get(session.id) ?? {};
    const isCurrent = session.id === currentId;
    return Object.assign({ device, network, isCurrent }, session);
  });
}
