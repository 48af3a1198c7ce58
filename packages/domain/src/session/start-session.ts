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
  /** The caller's session of the previous epoch. The new session replaces it. */
  readonly replaces?: Session | undefined;
}

/**
 * Opens a session for `user`, and then confirms in Postgres that the epoch has not changed since
 * the caller read `user`. If it has, ends the session, whose token no client has, and returns
 * `undefined`.
 */
export async function startSession(
  ports: Pick<Ports, "clock" | "ids" | "ledger" | "policy" | "sessions" | "tokenFactory" | "users">,
  user: User,
  { client = {}, remember = false, replaces }: StartOptions,
): Promise<StartedSession | undefined> {
  // When a request is retried, a later change may already have raised the epoch again.
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
    // Also after an error: no session may outlive a failed confirmation.
    if (!isConfirmed) await ports.sessions.end(userId, id);
  }
  if (isConfirmed) return { token, session };
  // `open` stored a copy of the user, who may have changed or been deleted since.
  await syncSessions(ports, userId, undefined);
  return undefined;
}
