import { newEvent } from "../event/new-event.ts";
import { toPassword } from "../password/password.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { checkSession } from "../session/check-session.ts";
import type { Token } from "../token/token-factory.ts";
import type { Origin, Session } from "../session/session.ts";
import { type StartedSession, startSession } from "../session/start-session.ts";
import type { Credentials } from "../user/user-store.ts";
import { isEnabled, type User } from "../user/user.ts";
import type { TokenClaim } from "../token/token-store.ts";

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
 * Uses the link of a mail. It shows control of the address and no more: whoever registered it, or
 * wanted it for their account, may have been somebody else. So the password stays only if it comes
 * along, or a live session does; otherwise it is void, every session ends, and the owner of the
 * address chooses a new one.
 */
export async function verifyEmail(ports: Touches, input: VerifyEmailInput): Promise<Verification> {
  const tokenHash = ports.secrets.hashOf(input.token);
  const claim =
    (await ports.tokens.find("email_verification", tokenHash)) ??
    (await ports.tokens.find("email_change", tokenHash));
  const credentials = claim && (await ports.users.credentialsOf(claim.userId));
  if (!credentials || !isEnabled(credentials.user) || credentials.user.epoch !== claim.epoch)
    return err("verification_token_invalid");
  const { user } = credentials;
  const isChange = claim.purpose === "email_change";
  if (!isChange && user.emailVerifiedAt) return ok({ user, did: { as: "verified" } }); // no harm

  const shown = await showsPassword(ports, credentials, input);
  if (!shown.ok) return shown;
  const did = isChange ? confirmChange : confirmAddress;
  const changed = await did(ports, { user, claim, ...shown.value });
  if (changed === "email_taken") return err("email_already_registered");
  if (!changed) return err("verification_token_invalid"); // another use was first
  await ports.sessions.project(changed);
  if (!shown.value.keepsPassword) {
    const resetToken = await resetTokenFor(ports, user);
    return ok({ user: changed, did: { as: "password_voided", resetToken } });
  }
  if (!isChange) return ok({ user: changed, did: { as: "verified" } });
  const { origin } = input;
  const { session: continues } = shown.value;
  const renewed = continues && (await startSession(ports, changed, { origin, continues }));
  return ok({ user: changed, did: { as: "changed", renewed } });
}

interface Shown {
  readonly keepsPassword: boolean;
  /** Of the user, and live as far as the session store knows. */
  readonly session: Session | undefined;
  /** The same, if it alone shows it; then it is asked after once more. */
  readonly holder: Session | undefined;
}

/** Has whoever uses the link shown that the user's password is theirs? */
async function showsPassword(
  ports: Touches,
  { user, passwordHash }: Credentials,
  { password: given, sessionToken }: VerifyEmailInput,
): Promise<Result<Shown, "password_wrong">> {
  const checked = await checkSession(ports, sessionToken);
  const isOwn = checked?.user.id === user.id && checked.session.epoch === user.epoch;
  const session = isOwn ? checked.session : undefined;
  if (given === undefined)
    return ok({ keepsPassword: session !== undefined, session, holder: session });
  const password = toPassword(given, ports.hasher.maxBytes);
  const matches = password.ok && (await ports.hasher.verify(password.value, passwordHash));
  return matches ? ok({ keepsPassword: true, session, holder: undefined }) : err("password_wrong");
}

interface Confirmation extends Shown {
  readonly user: User;
  readonly claim: TokenClaim;
}

async function confirmAddress(ports: Touches, { user, keepsPassword, holder }: Confirmation) {
  const { id: userId, epoch: expectedEpoch } = user;
  const verified = newEvent(ports, "user.email_verified", { userId, data: { by: "link" } });
  const change = { userId, expectedEpoch, keepsPassword, session: holder };
  return await ports.users.verifyEmail(change, [verified]);
}

async function confirmChange(
  ports: Touches,
  { user, claim, keepsPassword, holder }: Confirmation,
): Promise<User | "email_taken" | undefined> {
  const change = claim.changeId && (await ports.emailChanges.find(claim.changeId));
  if (change?.userId !== user.id || change.epoch !== user.epoch) return undefined;
  const payload = { email: user.email }; // who has that address is told
  const facts = { userId: user.id, data: {}, payload };
  const changed = newEvent(ports, "user.email_changed", facts);
  return await ports.emailChanges.confirm({ ...change, keepsPassword, session: holder }, [changed]);
}

/** Whoever can read the address's mail may reset the password; asking for a second mail shows nothing more. */
async function resetTokenFor(ports: Touches, { id: userId, epoch: before }: User): Promise<Token> {
  const { token, tokenHash } = ports.secrets.resetToken();
  // The epoch that this very change has made, whatever has been changed since.
  const claim = { purpose: "password_reset", userId, epoch: before + 1, byMail: true } as const;
  await ports.tokens.put(tokenHash, claim, ports.policy.recovery.tokenTtlMs);
  return token;
}
