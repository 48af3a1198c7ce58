import type { Caller } from "../caller.ts";
import { isCurrentPassword } from "../limit/current-password.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import type { User } from "../user/user.ts";
import { checkSession } from "./check-session.ts";
import type { Session } from "./session.ts";

export type ReauthenticationError = "password_required" | "password_wrong" | "session_missing";

export type ReauthenticationPorts = Pick<
  Ports,
  "clock" | "failures" | "hasher" | "limiter" | "policy" | "sessions" | "tokenFactory" | "users"
>;

/** The session, and its user as the user store has it now. */
export interface Reauthenticated {
  readonly session: Session;
  readonly user: User;
}

/**
 * Re-authenticates the caller, so that an unattended session is not enough to change credentials.
 * The proof is the current password, or a log-in younger than the policy's `freshMs`
 * (OWASP ASVS 5.0 items 6.3.7 and 7.5.1). Throws `RateLimited`.
 */
export async function reauthenticate(
  ports: ReauthenticationPorts,
  token: string | undefined,
  currentPassword: string | undefined,
  from: Caller = {},
): Promise<Result<Reauthenticated, ReauthenticationError>> {
  const checked = await checkSession(ports, token);
  const credentials = checked && (await ports.users.findCredentialsById(checked.user.id));
  if (!credentials) return err("session_missing");
  const { user } = credentials;
  const caller = { session: checked.session, user };
  if (currentPassword === undefined) {
    return isFresh(ports, checked.session) ? ok(caller) : err("password_required");
  }
  const matches = await isCurrentPassword(ports, credentials, currentPassword, from);
  return matches ? ok(caller) : err("password_wrong");
}

function isFresh(
  { clock, policy }: Pick<Ports, "clock" | "policy">,
  { createdAt, lastSeenAt }: Session,
): boolean {
  // The store has just recorded this use. If our own clock is slow, the store's time is the later.
  const nowMs = Math.max(clock.now().getTime(), lastSeenAt.getTime());
  return nowMs - createdAt.getTime() < policy.reauthentication.freshMs;
}
