import { toPassword } from "../password/password.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import type { User } from "../user/user.ts";
import { checkSession } from "./check-session.ts";
import type { Session } from "./session.ts";

export type PresenceError = "password_required" | "password_wrong" | "session_missing";

/** The session, and its user as the users' store has it now. */
export interface Presence {
  readonly session: Session;
  readonly user: User;
}

/**
 * Is it the user who sits there, and not somebody who found the session open? The current password
 * tells, or a log-in that is younger than the policy's `freshMs` (OWASP ASVS 5.0 items 6.3.7, 7.5.1).
 */
export async function confirmPresence(
  ports: Pick<Ports, "clock" | "hasher" | "policy" | "secrets" | "sessions" | "users">,
  token: string | undefined,
  currentPassword: string | undefined,
): Promise<Result<Presence, PresenceError>> {
  const checked = await checkSession(ports, token);
  const credentials = checked && (await ports.users.credentialsOf(checked.user.id));
  if (!credentials) return err("session_missing");
  const { user, passwordHash } = credentials;
  const presence = { session: checked.session, user };
  if (currentPassword === undefined) {
    const { createdAt, lastSeenAt } = checked.session;
    // The store has just seen it, so that a clock of ours that is slow makes no log-in young again.
    const nowMs = Math.max(ports.clock.now().getTime(), lastSeenAt.getTime());
    return nowMs - createdAt.getTime() < ports.policy.reauthentication.freshMs
      ? ok(presence)
      : err("password_required");
  }
  const password = toPassword(currentPassword, ports.hasher.maxBytes);
  if (!password.ok) return err("password_wrong");
  const matches = await ports.hasher.verify(password.value, passwordHash);
  return matches ? ok(presence) : err("password_wrong");
}
