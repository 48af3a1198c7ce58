import { parseEmail } from "../email.ts";
import { newEvent } from "../event/new-event.ts";
import type { PasswordRefusal } from "../password/password.ts";
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
  | "policy"
  | "sessions"
  | "tokenFactory"
  | "users"
>;

interface RegisterInput {
  readonly email: string;
  readonly password: string;
  readonly client?: ClientInfo;
}

/** Creates a user, unless the address is taken. Hashes first, so that both take the same time. */
export async function registerUser(
  ports: RequiredPorts,
  { email: given, password: givenPassword, client }: RegisterInput,
): Promise<Result<Registration, RegisterError>> {
  if (!ports.policy.registration.isOpen) return err("registration_closed");
  const email = parseEmail(given);
  if (!email) return err("email_invalid");
  const password = await validateNewPassword(ports, givenPassword, email.key);
  if (!password.ok) return password;

  const { disclosure, registration, verification } = ports.policy;
  const passwordHash = await ports.hasher.hash(password.value);
  const id = ports.ids.userId();
  const events = [
    newEvent(ports, "user.created", { userId: id, data: {} }),
    ...(verification.onRegistration ? [verificationRequested(ports, { id, epoch: 0 })] : []),
  ];
  const verifyWithinMs = verification.unverifiedTtlMs;
  const { address, key: emailKey } = email;
  const newUser = { id, email: address, emailKey, passwordHash, verifyWithinMs };
  if (disclosure === "closed") {
    // A free and a taken address append the same number of events and receive the same answer.
    const payload = { emailKey, isLinkSent: verification.onRegistration };
    const facts = { userId: undefined, data: {}, payload };
    const attempted = newEvent(ports, "user.registration_attempted", facts);
    const withoutUser = { ...verificationRequested(ports, undefined), payload: { emailKey } };
    const eventsIfTaken = verification.onRegistration ? [attempted, withoutUser] : [attempted];
    await ports.users.create(newUser, events, eventsIfTaken);
    return ok({ kind: "accepted" });
  }
  const user = await ports.users.create(newUser, events);
  if (!user) return err("email_already_registered");
  // A retry of `create` may return a user that another request has changed since (epoch above 0).
  const logsIn = registration.logsIn && !verification.isRequired && user.epoch === 0;
  const started = logsIn ? await startSession(ports, user, { client }) : undefined;
  return ok({ kind: "created", started });
}
