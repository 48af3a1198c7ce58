import { ifAvailable } from "../after-commit.ts";
import type { Caller } from "../caller.ts";
import { type Email, parseEmail } from "../email.ts";
import { newEvent } from "../event/new-event.ts";
import { senderOf, spaceMail } from "../limit/mail-spacing.ts";
import { placesOfNetwork, withPlaces } from "../limit/places.ts";
import type { PasswordRefusal } from "../password/password.ts";
import { type HashingShare, type PasswordHash, withHashing } from "../password/password-hasher.ts";
import { validateNewPassword } from "../password/validate-new-password.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import type { ClientInfo } from "../session/session.ts";
import { type StartedSession, startSession } from "../session/start-session.ts";
import { verificationRequested } from "../verification/request-verification.ts";

export type RegisterError =
  | "email_already_registered"
  | "email_invalid"
  | "registration_closed"
  | PasswordRefusal;

export type Registration =
  /** With a session, if the policy logs in new users. */
  | { readonly kind: "created"; readonly started: StartedSession | undefined }
  /** The policy hides whether the address already had a user. */
  | { readonly kind: "accepted" };

type RequiredPorts = Pick<
  Ports,
  | "breachedPasswords"
  | "clock"
  | "hasher"
  | "ids"
  | "ledger"
  | "limiter"
  | "policy"
  | "sessions"
  | "tokenFactory"
  | "users"
>;

interface RegisterInput {
  readonly email: string;
  readonly password: string;
  readonly client?: ClientInfo;
  readonly caller?: Caller;
}

/**
 * Creates a user, unless the address is taken. Hashes first, so that a free and a taken address
 * take the same time. Throws `RateLimited`.
 */
export async function registerUser(
  ports: RequiredPorts,
  { email: given, password: givenPassword, client, caller = {} }: RegisterInput,
): Promise<Result<Registration, RegisterError>> {
  if (!ports.policy.registration.isOpen) return err("registration_closed");
  const email = parseEmail(given);
  if (!email) return err("email_invalid");
  const { network } = caller;
  const places = placesOfNetwork(ports, "registrationNetwork", caller);
  const create = async (share: HashingShare) => {
    const password = await validateNewPassword(ports, givenPassword, email.key);
    if (!password.ok) return password;
    const hashAndCreate = async (isMailed: boolean) => {
      const passwordHash = await ports.hasher.hash(password.value, share);
      return await createUser(ports, { email, passwordHash, client, caller, isMailed });
    };
    const { disclosure, verification } = ports.policy;
    if (disclosure === "open" && !verification.onRegistration) return await hashAndCreate(false);
    // Many registrations of one address at once send one mail.
    const mail = { kind: "registration", address: email.key } as const;
    return await spaceMail(ports, mail, hashAndCreate);
  };
  return await withHashing(ports.hasher, { network }, (share) =>
    withPlaces(ports, places, () => create(share)),
  );
}

interface NewAccount {
  readonly email: Email;
  readonly passwordHash: PasswordHash;
  readonly client: ClientInfo | undefined;
  readonly caller: Caller;
  /** Whether a mail may be sent to the address now. */
  readonly isMailed: boolean;
}

async function createUser(
  ports: RequiredPorts,
  { email: { address, key: emailKey }, passwordHash, client, caller, isMailed }: NewAccount,
): Promise<Result<Registration, "email_already_registered">> {
  const { disclosure, registration, verification } = ports.policy;
  const sender = senderOf(ports, caller);
  const id = ports.ids.userId();
  const isLinkSent = isMailed && verification.onRegistration;
  const events = [
    newEvent(ports, "user.created", { userId: id, data: {} }),
    ...(isLinkSent ? [{ ...verificationRequested(ports, { id, epoch: 0 }), payload: sender }] : []),
  ];
  const verifyWithinMs = verification.unverifiedTtlMs;
  const { language } = caller;
  const newUser = { id, email: address, emailKey, passwordHash, language, verifyWithinMs };
  if (disclosure === "closed") {
    // A free and a taken address append the same number of events and receive the same answer.
    const payload = isMailed ? { emailKey, isLinkSent, ...sender } : {};
    const facts = { userId: undefined, data: {}, payload };
    const attempted = newEvent(ports, "user.registration_attempted", facts);
    const withoutUser = {
      ...verificationRequested(ports, undefined),
      payload: { emailKey, ...sender },
    };
    const eventsIfTaken = isLinkSent ? [attempted, withoutUser] : [attempted];
    await ports.users.create(newUser, events, eventsIfTaken);
    return ok({ kind: "accepted" });
  }
  const user = await ports.users.create(newUser, events);
  if (!user) return err("email_already_registered");
  // A retry of `create` may return a user that another request has changed since (epoch above 0).
  const logsIn = registration.logsIn && !verification.isRequired && user.epoch === 0;
  const started = logsIn
    ? await ifAvailable(() => startSession(ports, user, { client }))
    : undefined;
  return ok({ kind: "created", started });
}
