import { newEvent } from "../event/new-event.ts";
import type { Ports } from "../ports.ts";
import type { Token } from "../token/token.ts";
import type { User } from "../user/user.ts";
import type { ClientInfo, Session } from "./session.ts";
import { syncSessions } from "./sync-sessions.ts";

export interface StartedSession {
  readonly token: Token;
  readonly session: Session;
}

interface StartOptions {
  readonly client?: ClientInfo | undefined;
  readonly remember?: boolean | undefined;
  /** The session of the epoch before that the new one replaces. */
  readonly replaces?: Session | undefined;
}

/**
 * Opens a session for `user` as it was read. Another request may change the user meanwhile, so the
 * last step confirms the epoch. If the epoch has risen, the session ends before anybody has its
 * token, and the result is `undefined`.
 */
export async function startSession(
  ports: Pick<Ports, "clock" | "ids" | "ledger" | "policy" | "sessions" | "tokenFactory" | "users">,
  user: User,
  { client = {}, remember = false, replaces }: StartOptions,
): Promise<StartedSession | undefined> {
  // After a retry the user may have a later epoch than the change that asks for this session.
  if (replaces && user.epoch !== replaces.epoch + 1) return undefined;
  const { token, tokenHash } = ports.tokenFactory.createSessionToken(user.id);
  const remembered = replaces?.remembered ?? remember;
  const rules = remembered ? ports.policy.rememberedSession : ports.policy.session;
  const session = await ports.sessions.open({ tokenHash, user, rules, remembered, replaces });
  if (!session) return undefined;

  const { id, userId, epoch, absoluteExpiresAt: expiresAt } = session;
  const created = newEvent(ports, "session.created", {
    userId,
    data: { sessionId: id },
    ...(client.device && { payload: { device: client.device } }),
  });
  let isConfirmed = false;
  try {
    const record = { ...client, id, userId, epoch, expiresAt };
    isConfirmed = await ports.ledger.confirm(record, created, replaces?.id);
  } finally {
    if (!isConfirmed) await ports.sessions.end(userId, id);
  }
  if (isConfirmed) return { token, session };
  // Opening the session stored a copy of the user, who may have been deleted meanwhile.
  await syncSessions(ports, userId, undefined);
  return undefined;
}
