import { ifAvailable } from "../after-commit.ts";
import { parseEmail } from "../email.ts";
import type { Caller } from "../caller.ts";
import { newEvent } from "../event/new-event.ts";
import { forgetGuesses } from "../limit/forget-guesses.ts";
import { rememberDevice } from "../limit/known-devices.ts";
import { placesOfNetwork, withPlaces } from "../limit/places.ts";
import type { UserId } from "../ids.ts";
import type { PasswordRefusal } from "../password/password.ts";
import { withHashing } from "../password/password-hasher.ts";
import { validateNewPassword } from "../password/validate-new-password.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { syncSessions } from "../session/sync-sessions.ts";
import type { TokenClaim, TokenHash } from "../token/token.ts";
import { isEnabled, type User } from "../user/user.ts";

export type ResetPasswordError = "reset_token_invalid" | PasswordRefusal;

interface ResetPasswordInput {
  readonly email: string;
  readonly token: string;
  readonly newPassword: string;
  /** Identifies the attempt. If it succeeds, a retry with the same token and key also does. */
  readonly idempotencyKey?: string | undefined;
  readonly caller?: Caller;
}

export interface ResetPassword {
  readonly user: User;
  /**
   * The cookie by which this browser is known from now on. `undefined`: a repeated answer, or the
   * policy knows no devices.
   */
  readonly knownDevices: string | undefined;
}

type RequiredPorts = Pick<
  Ports,
  | "breachedPasswords"
  | "clock"
  | "failures"
  | "hasher"
  | "ids"
  | "limiter"
  | "policy"
  | "seal"
  | "sessions"
  | "tokenFactory"
  | "tokens"
  | "users"
>;

/**
 * Replaces a forgotten password and ends every session. A token works once: it is bound to the
 * epoch. A token that came by mail also verifies the address. Wrong passwords from before are
 * forgotten, so that the owner can log in again. Throws `RateLimited`.
 */
export async function resetPassword(
  ports: RequiredPorts,
  input: ResetPasswordInput,
): Promise<Result<ResetPassword, ResetPasswordError>> {
  const places = placesOfNetwork(ports, "tokenNetwork", input.caller ?? {});
  return await withPlaces(ports, places, async (giveBack) => {
    const result = await useToken(ports, input);
    // Only a success gives the place back. A refused password counts as an attempt, because it
    // costs a look-up in the list of breached passwords.
    if (result.ok) await giveBack();
    return result;
  });
}

async function useToken(
  ports: RequiredPorts,
  { email, token, newPassword, idempotencyKey, caller = {} }: ResetPasswordInput,
): Promise<Result<ResetPassword, ResetPasswordError>> {
  const claim = await ports.tokens.find("password_reset", ports.tokenFactory.hashToken(token));
  const user = claim && (await ports.users.findById(claim.userId));
  if (!user || !isEnabled(user) || user.emailKey !== parseEmail(email)?.key)
    return err("reset_token_invalid");
  // Includes the token, so that guessing somebody else's key repeats nothing.
  const idempotencyHash =
    idempotencyKey === undefined
      ? undefined
      : ports.tokenFactory.hashToken(`${idempotencyKey}${token}`);
  if (user.epoch !== claim.epoch) return await repeatEarlierAnswer(ports, user.id, idempotencyHash);
  const hash = await withHashing(ports.hasher, { network: caller.network }, async (share) => {
    const password = await validateNewPassword(ports, newPassword, user.emailKey);
    return password.ok ? ok(await ports.hasher.hash(password.value, share)) : password;
  });
  if (!hash.ok) return hash; // before the token is used

  const change = {
    userId: user.id,
    expectedEpoch: claim.epoch,
    passwordHash: hash.value,
    verifiesEmail: claim.byMail,
    language: caller.language,
    idempotencyHash,
  };
  const changed = await ports.users.replacePassword(change, eventsOf(ports, user, claim));
  // Another use of this token, or of another token of this user, was first.
  if (!changed) return await repeatEarlierAnswer(ports, user.id, idempotencyHash);
  await syncSessions(ports, user.id, changed);
  await ifAvailable(() => forgetGuesses(ports, changed));
  const { passwordHash } = change;
  return ok({
    user: changed,
    knownDevices: rememberDevice(ports, caller, { user: changed, passwordHash }),
  });
}

/**
 * Repeats the success of an earlier attempt, if this is a retry of it. Ignores the new password.
 */
async function repeatEarlierAnswer(
  ports: RequiredPorts,
  userId: UserId,
  idempotencyHash: TokenHash | undefined,
): Promise<Result<ResetPassword, "reset_token_invalid">> {
  const user =
    idempotencyHash && (await ports.users.findByIdempotencyHash(userId, idempotencyHash));
  if (!user) return err("reset_token_invalid");
  await syncSessions(ports, userId, user);
  // The earlier attempt may have crashed before this step.
  await ifAvailable(() => forgetGuesses(ports, user));
  return ok({ user, knownDevices: undefined });
}

function eventsOf(
  ports: RequiredPorts,
  { id: userId, emailVerifiedAt }: User,
  { byMail }: TokenClaim,
) {
  const facts = { userId, data: { by: "reset" } } as const;
  const changed = newEvent(ports, "user.password_changed", facts);
  if (!byMail || emailVerifiedAt) return [changed];
  return [changed, newEvent(ports, "user.email_verified", facts)];
}
