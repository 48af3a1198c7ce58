import { newEvent } from "../event/new-event.ts";
import { toPassword } from "../password/password.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { checkSession } from "../session/check-session.ts";
import type { Token } from "../session/secret-source.ts";
import type { Origin } from "../session/session.ts";
import { type StartedSession, startSession } from "../session/start-session.ts";
import { isEnabled, type User } from "../user/user.ts";
import type { TokenClaim } from "../recovery/token-store.ts";

export type VerifyEmailError =
  | "email_already_registered"
  | "password_wrong"
  | "verification_token_invalid";

interface VerifyEmailInput {
  readonly token: string;
  readonly password?: string | undefined;
  /** Of whoever uses the link, if that is somebody who is logged in. */
  readonly sessionToken?: string | undefined;
  readonly origin?: Origin;
}

export interface VerifiedEmail {
  readonly user: User;
  readonly did:
    | { readonly as: "verified" }
    /** Nobody showed that the password is theirs, so it is void; this token chooses another. */
    | { readonly as: "password_voided"; readonly resetToken: Token }
    /** Every session has ended. Whoever was logged in has a fresh one. */
    | { readonly as: "changed"; readonly renewed: StartedSession | undefined };
}

type Touches = Pick<
  Ports,
  | "clock"
  | "emailChanges"
  | "hasher"
  | "ids"
  | "policy"
  | "secrets"
  | "sessions"
  | "tokens"
  | "users"
>;
type Verification = Result<VerifiedEmail, VerifyEmailError>;

/**
 * Uses the link of a mail. It shows control of the address and no more: whoever registered it may have
 * been somebody else. So the password stays only if it comes along, or a live session does; otherwise
 * it is void, every session ends, and the owner of the address chooses a new one.
 */
export async function verifyEmail(ports: Touches, input: VerifyEmailInput): Promise<Verification> {
  const tokenHash = ports.secrets.hashOf(input.token);
  const change = await ports.tokens.find("email_change", tokenHash);
  if (change) return await confirmChange(ports, change, input);
  const claim = await ports.tokens.find("email_verification", tokenHash);
  const credentials = claim && (await ports.users.credentialsOf(claim.userId));
  if (!credentials) return err("verification_token_invalid");
  const { user, passwordHash } = credentials;
  if (!isEnabled(user) || user.epoch !== claim.epoch) return err("verification_token_invalid");
  if (user.emailVerifiedAt) return ok({ user, did: { as: "verified" } }); // used before: no harm

  if (input.password !== undefined) {
    const password = toPassword(input.password, ports.hasher.maxBytes);
    const matches = password.ok && (await ports.hasher.verify(password.value, passwordHash));
    if (!matches) return err("password_wrong");
  }
  const keepsPassword = input.password !== undefined || (await isLoggedIn(ports, user, input));
  const { id: userId, epoch: expectedEpoch } = user;
  const verified = await ports.users.verifyEmail({ userId, expectedEpoch, keepsPassword }, [
    newEvent(ports, "user.email_verified", { userId, data: { by: "link" } }),
  ]);
  if (!verified) return err("verification_token_invalid"); // another use was first
  await ports.sessions.project(verified);
  if (keepsPassword) return ok({ user: verified, did: { as: "verified" } });
  return ok({
    user: verified,
    did: { as: "password_voided", ...(await resetFor(ports, verified)) },
  });
}

async function isLoggedIn(ports: Touches, user: User, { sessionToken }: VerifyEmailInput) {
  const checked = await checkSession(ports, sessionToken);
  return checked?.user.id === user.id && checked.session.epoch === user.epoch;
}

/** Whoever can read the address's mail may reset the password; asking for a second mail shows nothing more. */
async function resetFor(ports: Touches, { id: userId, epoch }: User) {
  const { token: resetToken, tokenHash } = ports.secrets.resetToken();
  const claim = { purpose: "password_reset", userId, epoch, byMail: true } as const;
  await ports.tokens.put(tokenHash, claim, ports.policy.recovery.tokenTtlMs);
  return { resetToken };
}

/** The current password was asked for when the change was, so the link alone will do. */
async function confirmChange(
  ports: Touches,
  { changeId, userId, epoch }: TokenClaim,
  { sessionToken, origin }: VerifyEmailInput,
): Promise<Verification> {
  const change = changeId && (await ports.emailChanges.find(changeId));
  const before = change && (await ports.users.find(userId));
  if (!before || change.userId !== userId || change.epoch !== epoch)
    return err("verification_token_invalid");
  const session = (await checkSession(ports, sessionToken))?.session;
  const changed = await ports.emailChanges.confirm(change, [
    newEvent(ports, "user.email_changed", { userId, data: {}, payload: { email: before.email } }),
  ]);
  if (changed === "email_taken") return err("email_already_registered");
  if (!changed) return err("verification_token_invalid");
  await ports.sessions.project(changed);
  const continues = session?.userId === userId && session.epoch === epoch ? session : undefined;
  const renewed = continues && (await startSession(ports, changed, { origin, continues }));
  return ok({ user: changed, did: { as: "changed", renewed } });
}
