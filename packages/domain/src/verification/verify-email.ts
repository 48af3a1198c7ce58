import { ifAvailable } from "../after-commit.ts";
import type { Caller } from "../caller.ts";
import { newEvent } from "../event/new-event.ts";
import type { SessionRef } from "../ids.ts";
import { forgetGuesses } from "../limit/forget-guesses.ts";
import type { Language } from "../language.ts";
import { rememberDevice } from "../limit/known-devices.ts";
import { isCurrentPassword } from "../limit/current-password.ts";
import { type GiveBack, placesOfNetwork, withPlaces } from "../limit/places.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { checkSession } from "../session/check-session.ts";
import type { ClientInfo, Session } from "../session/session.ts";
import { type StartedSession, startSession } from "../session/start-session.ts";
import { syncSessions } from "../session/sync-sessions.ts";
import type { Token, TokenClaim } from "../token/token.ts";
import type { Credentials } from "../user/user-store.ts";
import { isEnabled, type User } from "../user/user.ts";

export type VerifyEmailError =
  | "email_already_registered"
  | "password_wrong"
  | "verification_token_invalid";

interface VerifyEmailInput {
  readonly token: string;
  readonly password?: string | undefined;
  /** The token of the caller's session, if the caller is logged in. */
  readonly sessionToken?: string | undefined;
  readonly client?: ClientInfo;
  readonly caller?: Caller;
}

export interface VerifiedEmail {
  readonly user: User;
  readonly outcome:
    | { readonly kind: "verified" }
    /** The caller did not prove the password, so it was cleared. This token sets a new one. */
    | { readonly kind: "password_cleared"; readonly resetToken: Token }
    /** Every session has ended. A caller who was logged in has a fresh one. */
    | {
        readonly kind: "changed";
        readonly renewed: StartedSession | undefined;
        /** The cookie by which this browser stays known. */
        readonly knownDevices: string | undefined;
      };
}

type RequiredPorts = Pick<
  Ports,
  | "clock"
  | "emailChanges"
  | "failures"
  | "hasher"
  | "ids"
  | "ledger"
  | "limiter"
  | "policy"
  | "seal"
  | "sessions"
  | "tokenFactory"
  | "tokens"
  | "users"
>;

/**
 * Verifies an address with the token of a mailed link. The link proves only control of the address:
 * another person may have registered an account with it, or may want it for their own account. So
 * the account keeps its password only if the caller also sends that password or has a live session.
 * Otherwise the password is cleared, every session ends, and the owner of the address sets a new
 * password (docs/decisions/0013).
 */
export async function verifyEmail(
  ports: RequiredPorts,
  input: VerifyEmailInput,
): Promise<Result<VerifiedEmail, VerifyEmailError>> {
  const places = placesOfNetwork(ports, "tokenNetwork", input.caller ?? {});
  return await withPlaces(ports, places, (giveBack) => useLink(ports, input, giveBack));
}

async function useLink(
  ports: RequiredPorts,
  input: VerifyEmailInput,
  giveBack: GiveBack,
): Promise<Result<VerifiedEmail, VerifyEmailError>> {
  const tokenHash = ports.tokenFactory.hashToken(input.token);
  const claim =
    (await ports.tokens.find("email_verification", tokenHash)) ??
    (await ports.tokens.find("email_change", tokenHash));
  const credentials = claim && (await ports.users.findCredentialsById(claim.userId));
  if (!credentials || !isEnabled(credentials.user) || credentials.user.epoch !== claim.epoch)
    return err("verification_token_invalid");
  await giveBack();
  const { user } = credentials;
  const isChange = claim.purpose === "email_change";
  if (!isChange && user.emailVerifiedAt) return ok({ user, outcome: { kind: "verified" } });

  const proof = await checkProof(ports, credentials, input);
  if (!proof.ok) return proof;
  const { keepsPassword, session: replaces } = proof.value;
  // Before the change, so that a store which is down leaves nothing half done.
  const resetToken = keepsPassword ? undefined : await createResetToken(ports, user);
  const confirm = isChange ? confirmChange : confirmAddress;
  const changed = await confirm(ports, user, claim, proof.value);
  if (changed === "email_taken") return err("email_already_registered");
  // The link was used, or the user changed meanwhile.
  if (!changed) return err("verification_token_invalid");
  await syncSessions(ports, user.id, changed);
  // Wrong passwords until now may be those of a stranger.
  await ifAvailable(() => forgetGuesses(ports, changed));
  if (resetToken) return ok({ user: changed, outcome: { kind: "password_cleared", resetToken } });
  if (!isChange) return ok({ user: changed, outcome: { kind: "verified" } });
  const { client } = input;
  const renewed =
    replaces && (await ifAvailable(() => startSession(ports, changed, { client, replaces })));
  const { passwordHash } = credentials;
  const knownDevices = rememberDevice(ports, input.caller ?? {}, { user: changed, passwordHash });
  return ok({ user: changed, outcome: { kind: "changed", renewed, knownDevices } });
}

/** What the caller proved beside control of the address. */
interface Proof {
  readonly keepsPassword: boolean;
  /** The user's session, live as far as the session store knows. */
  readonly session: Session | undefined;
  readonly language: Language | undefined;
  /** Set if the session is the only proof. The change then checks again that it is valid. */
  readonly actingSession: SessionRef | undefined;
}

async function checkProof(
  ports: RequiredPorts,
  credentials: Credentials,
  { password: given, sessionToken, caller = {} }: VerifyEmailInput,
): Promise<Result<Proof, "password_wrong">> {
  const { user } = credentials;
  const checked = await checkSession(ports, sessionToken);
  const isOwn = checked?.user.id === user.id && checked.session.epoch === user.epoch;
  const session = isOwn ? checked.session : undefined;
  const { language } = caller;
  if (given === undefined)
    return ok({ keepsPassword: session !== undefined, session, language, actingSession: session });
  if (!(await isCurrentPassword(ports, credentials, given, caller))) return err("password_wrong");
  return ok({ keepsPassword: true, session, language, actingSession: undefined });
}

async function confirmAddress(
  ports: RequiredPorts,
  { id: userId, epoch: expectedEpoch }: User,
  _: TokenClaim,
  { keepsPassword, language, actingSession }: Proof,
): Promise<User | undefined> {
  const verified = newEvent(ports, "user.email_verified", { userId, data: { by: "link" } });
  const verification = { userId, expectedEpoch, keepsPassword, language, actingSession };
  return await ports.users.verifyEmail(verification, [verified]);
}

async function confirmChange(
  ports: RequiredPorts,
  { id: userId, epoch, email: oldEmail, language: oldLanguage }: User,
  { changeId }: TokenClaim,
  { keepsPassword, language, actingSession }: Proof,
): Promise<User | "email_taken" | undefined> {
  const change = changeId && (await ports.emailChanges.find(changeId));
  if (change?.userId !== userId || change.epoch !== epoch) return undefined;
  // The owner of the old address is notified.
  const payload = { email: oldEmail, language: oldLanguage };
  const changed = newEvent(ports, "user.email_changed", { userId, data: {}, payload });
  const confirmed = { ...change, keepsPassword, language, actingSession };
  return await ports.emailChanges.confirm(confirmed, [changed]);
}

/**
 * Creates a reset token, so that the caller needs no second mail. This gives no new access: a
 * person who reads this mailbox can reset the password anyway.
 */
async function createResetToken(
  ports: RequiredPorts,
  { id: userId, epoch: oldEpoch }: User,
): Promise<Token> {
  const { token, tokenHash } = ports.tokenFactory.createResetToken();
  // Valid only for the epoch of this change, so that the token cannot undo a later one.
  const claim = { purpose: "password_reset", userId, epoch: oldEpoch + 1, byMail: true } as const;
  await ports.tokens.put(tokenHash, claim, ports.policy.recovery.tokenTtlMs);
  return token;
}
