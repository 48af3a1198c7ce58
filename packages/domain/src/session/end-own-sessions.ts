import { ifAvailable } from "../after-commit.ts";
import { newEvent } from "../event/new-event.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import type { User } from "../user/user.ts";
import { checkSession } from "./check-session.ts";
import type { ClientInfo } from "./session.ts";
import { type StartedSession, startSession } from "./start-session.ts";
import { syncSessions } from "./sync-sessions.ts";

type RequiredPorts = Pick<
  Ports,
  "clock" | "ids" | "ledger" | "policy" | "sessions" | "tokenFactory" | "users"
>;

/** Ends every session and token of the caller, including the session that asks. */
export async function endAllSessions(
  ports: RequiredPorts,
  token: string | undefined,
): Promise<Result<User, "session_missing">> {
  const raised = await raiseEpoch(ports, token);
  return raised ? ok(raised.user) : err("session_missing");
}

/**
 * The user, and the session that replaces the caller's. None if another change has overtaken it, or
 * if it could not be opened now: then the caller logs in.
 */
export interface Renewed {
  readonly user: User;
  readonly renewed: StartedSession | undefined;
}

/** Ends every other session and every token of the caller, who receives a fresh session. */
export async function endOtherSessions(
  ports: RequiredPorts,
  token: string | undefined,
  client?: ClientInfo,
): Promise<Result<Renewed, "session_missing">> {
  const raised = await raiseEpoch(ports, token);
  if (!raised) return err("session_missing");
  const { user, session } = raised;
  const start = () => startSession(ports, user, { client, replaces: session });
  return ok({ user, renewed: await ifAvailable(start) });
}

async function raiseEpoch(ports: RequiredPorts, token: string | undefined) {
  const checked = await checkSession(ports, token);
  if (!checked) return undefined;
  const { session } = checked;
  const { userId } = session;
  const ended = newEvent(ports, "user.sessions_ended", { userId, data: { by: "user" } });
  // Compares the session, so that a session which was revoked meanwhile is not renewed.
  const user = await ports.users.raiseEpoch(session, [ended]);
  await syncSessions(ports, userId, user);
  return user && { user, session };
}
