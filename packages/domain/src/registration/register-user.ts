import { newEvent } from "../event/new-event.ts";
import { acceptPassword } from "../password/validate-new-password.ts";
import type { PasswordRefusal } from "../password/password.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import type { Origin } from "../session/session.ts";
import { type StartedSession, startSession } from "../session/start-session.ts";
import { verificationRequested } from "../verification/request-verification.ts";
import { toEmailKey } from "../email.ts";

export type RegisterError = "email_invalid" | "email_already_registered" | PasswordRefusal;

export type Registration =
  /** With a session, if the policy logs in whoever registers. */
  | { readonly as: "created"; readonly started: StartedSession | undefined }
  /** The policy hides whether there was a user with this address already. */
  | { readonly as: "accepted" };

interface RegisterInput {
  readonly email: string;
  readonly password: string;
  readonly origin?: Origin;
}

/** Creates a user, unless the address is taken. Hashes first, so that both take as long. */
export async function registerUser(
  ports: Pick<
    Ports,
    "breachedPasswords" | "clock" | "hasher" | "ids" | "policy" | "secrets" | "sessions" | "users"
  >,
  { email, password, origin }: RegisterInput,
): Promise<Result<Registration, RegisterError>> {
  const emailKey = toEmailKey(email);
  if (!emailKey) return err("email_invalid");
  const accepted = await acceptPassword(ports, password, emailKey);
  if (!accepted.ok) return accepted;

  const { disclosure, registration, verification } = ports.policy;
  const passwordHash = await ports.hasher.hash(accepted.value);
  const id = ports.ids.userId();
  const events = [
    newEvent(ports, "user.created", { userId: id, data: {} }),
    ...(verification.onRegistration ? [verificationRequested(ports, { id, epoch: 0 })] : []),
  ];
  const verifyWithinMs = verification.unverifiedTtlMs;
  const newUser = { id, email, emailKey, passwordHash, verifyWithinMs };
  if (disclosure === "closed") {
    // Whether or not the address is taken, as many events are kept, and one answer is given.
    const payload = { emailKey, isLinkSent: verification.onRegistration };
    const facts = { userId: undefined, data: {}, payload };
    const attempted = newEvent(ports, "user.registration_attempted", facts);
    const nobodys = { ...verificationRequested(ports, undefined), payload: { emailKey } };
    const otherwise = verification.onRegistration ? [attempted, nobodys] : [attempted];
    await ports.users.create(newUser, events, otherwise);
    return ok({ as: "accepted" });
  }
  const user = await ports.users.create(newUser, events);
  if (!user) return err("email_already_registered");
  // Of a later epoch it is after a retry only: then somebody has changed it since.
  const logsIn = registration.logsIn && !verification.isRequired && user.epoch === 0;
  const started = logsIn ? await startSession(ports, user, { origin }) : undefined;
  return ok({ as: "created", started });
}
