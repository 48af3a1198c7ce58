import { newEvent } from "../event/new-event.ts";
import type { UserId } from "../ids.ts";
import { acceptPassword } from "../password/validate-new-password.ts";
import type { PasswordRefusal } from "../password/password.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import type { TokenHash } from "../token/token-factory.ts";
import { toEmailKey } from "../email.ts";
import { isEnabled, type User } from "../user/user.ts";
import type { TokenClaim } from "../token/token-store.ts";

export type ResetPasswordError = "reset_token_invalid" | PasswordRefusal;

interface ResetPasswordInput {
  readonly email: string;
  readonly token: string;
  readonly newPassword: string;
  /** Names this very attempt: a retry that has the same one is answered like the first. */
  readonly idempotencyKey?: string | undefined;
}

type Touches = Pick<
  Ports,
  | "breachedPasswords"
  | "clock"
  | "hasher"
  | "ids"
  | "policy"
  | "secrets"
  | "sessions"
  | "tokens"
  | "users"
>;

/**
 * Replaces a forgotten password and ends every session. A token works once: it is bound to the epoch.
 * One that came by mail verifies the address too.
 */
export async function resetPassword(
  ports: Touches,
  { email, token, newPassword, idempotencyKey }: ResetPasswordInput,
): Promise<Result<User, ResetPasswordError>> {
  const claim = await ports.tokens.find("password_reset", ports.secrets.hashOf(token));
  const user = claim && (await ports.users.find(claim.userId));
  if (!user || !isEnabled(user) || user.emailKey !== toEmailKey(email))
    return err("reset_token_invalid");
  // Bound to the token as well, so that a key that somebody guesses repeats nothing.
  const receipt =
    idempotencyKey === undefined ? undefined : ports.secrets.hashOf(`${idempotencyKey}${token}`);
  if (user.epoch !== claim.epoch) return await answeredBefore(ports, user.id, receipt);
  const accepted = await acceptPassword(ports, newPassword, user.emailKey);
  if (!accepted.ok) return accepted; // before anything is spent

  const change = {
    userId: user.id,
    expectedEpoch: claim.epoch,
    passwordHash: await ports.hasher.hash(accepted.value),
    verifiesEmail: claim.byMail,
    receipt,
  };
  const renewed = await ports.users.replacePassword(change, happened(ports, user, claim));
  // Another use of it, or of a sibling, was first.
  if (!renewed) return await answeredBefore(ports, user.id, receipt);
  await ports.sessions.project(renewed);
  return ok(renewed);
}

/** The success of an earlier attempt once more, if this is a retry of it; passwords are not compared. */
async function answeredBefore(
  ports: Touches,
  userId: UserId,
  receipt: TokenHash | undefined,
): Promise<Result<User, "reset_token_invalid">> {
  const user = receipt && (await ports.users.findByReceipt(userId, receipt));
  if (!user) return err("reset_token_invalid");
  await ports.sessions.project(user);
  return ok(user);
}

function happened(ports: Touches, { id: userId, emailVerifiedAt }: User, { byMail }: TokenClaim) {
  const facts = { userId, data: { by: "reset" } } as const;
  const changed = newEvent(ports, "user.password_changed", facts);
  if (!byMail || emailVerifiedAt) return [changed];
  return [changed, newEvent(ports, "user.email_verified", facts)];
}
