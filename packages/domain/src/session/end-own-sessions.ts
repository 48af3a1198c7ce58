import { newEvent } from "../event/new-event.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import type { User } from "../user/user.ts";
import { checkSession } from "./check-session.ts";
import { reproject } from "./sync-sessions.ts";
import type { Origin } from "./session.ts";
import { type StartedSession, startSession } from "./start-session.ts";

type Touches = Pick<Ports, "clock" | "ids" | "policy" | "secrets" | "sessions" | "users">;

/** Ends every session of whoever asks, the one that asks included, and every token. */
export async function endAllSessions(
  ports: Touches,
  token: string | undefined,
): Promise<Result<User, "session_missing">> {
  const raised = await raiseEpoch(ports, token);
  return raised ? ok(raised.user) : err("session_missing");
}

/** The user, and the session that takes the old one's place; none, if it was overtaken. */
export interface Renewed {
  readonly user: User;
  readonly renewed: StartedSession | undefined;
}

/** Ends every other session of whoever asks, and every token; the one that asks gets a fresh session. */
export async function endOtherSessions(
  ports: Touches,
  token: string | undefined,
  origin?: Origin,
): Promise<Result<Renewed, "session_missing">> {
  const raised = await raiseEpoch(ports, token);
  if (!raised) return err("session_missing");
  const { user, session } = raised;
  return ok({ user, renewed: await startSession(ports, user, { origin, continues: session }) });
}

async function raiseEpoch(ports: Touches, token: string | undefined) {
  const checked = await checkSession(ports, token);
  if (!checked) return undefined;
  const { session } = checked;
  const { userId } = session;
  const ended = newEvent(ports, "user.sessions_ended", { userId, data: { by: "user" } });
  // Only while the session counts: one that was ended meanwhile must not come out of it renewed.
  const user = await ports.users.raiseEpoch(session, [ended]);
  if (!user) {
    await reproject(ports, userId); // maybe this is a retry, and the session ended but for its copy
    return undefined;
  }
  await ports.sessions.project(user);
  return { user, session };
}
