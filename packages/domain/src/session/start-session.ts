import { newEvent } from "../event/new-event.ts";
import type { Ports } from "../ports.ts";
import type { User } from "../user/user.ts";
import { reproject } from "./sync-sessions.ts";
import type { Token } from "../token/token-factory.ts";
import type { Origin, Session } from "./session.ts";

export interface StartedSession {
  readonly token: Token;
  readonly session: Session;
}

interface StartOptions {
  readonly origin?: Origin | undefined;
  readonly remember?: boolean | undefined;
  /** The session whose place it takes. */
  readonly continues?: Session | undefined;
}

/**
 * Opens a session for `user` as it was read. The user may be changed meanwhile, so the last step
 * confirms that the epoch it was read at still stands; if not, the session ends before anybody has
 * its token. `undefined`: it was overtaken.
 */
export async function startSession(
  ports: Pick<Ports, "clock" | "ids" | "policy" | "secrets" | "sessions" | "users">,
  user: User,
  { origin = {}, remember = false, continues }: StartOptions,
): Promise<StartedSession | undefined> {
  // The user may come from a retry, and be of a later epoch than the change that asks for this.
  if (continues && user.epoch !== continues.epoch + 1) return undefined;
  const { token, tokenHash } = ports.secrets.sessionToken(user.id);
  const remembered = continues?.remembered ?? remember;
  const rules = remembered ? ports.policy.rememberedSession : ports.policy.session;
  const opening = { tokenHash, user, rules, remembered, continues };
  const session = await ports.sessions.open(opening);
  if (!session) return undefined;
  const { id: sessionId, absoluteExpiresAt: expiresAt } = session;
  const created = newEvent(ports, "session.created", {
    userId: user.id,
    data: { sessionId },
    ...(origin.device && { payload: { device: origin.device } }),
  });
  let isConfirmed = false;
  try {
    const kept = { ...origin, sessionId, expiresAt, continues: continues?.id };
    isConfirmed = await ports.users.confirmEpoch(user.id, user.epoch, [created], kept);
  } finally {
    if (!isConfirmed) await ports.sessions.end(user.id, sessionId);
  }
  if (isConfirmed) return { token, session };
  await reproject(ports, user.id); // opening it has made a copy, perhaps of a user who is gone
  return undefined;
}
