import { newEvent } from "../event/new-event.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { confirmPresence, type PresenceError } from "../session/reauthenticate.ts";
import { reproject } from "../session/sync-sessions.ts";
import { toEmailKey } from "../email.ts";
import { linkExpiry } from "../verification/request-verification.ts";

export type ChangeEmailError = PresenceError | "email_already_registered" | "email_invalid";

interface ChangeEmailInput {
  readonly email: string;
  readonly currentPassword?: string | undefined;
}

/**
 * Begins a change of address: a link goes to the new one and a notice to the old one, and nothing
 * changes until the link is used. Under closed disclosure a taken address is accepted alike.
 */
export async function changeEmail(
  ports: Pick<
    Ports,
    "clock" | "emailChanges" | "hasher" | "ids" | "policy" | "secrets" | "sessions" | "users"
  >,
  token: string | undefined,
  { email, currentPassword }: ChangeEmailInput,
): Promise<Result<undefined, ChangeEmailError>> {
  const emailKey = toEmailKey(email);
  if (!emailKey) return err("email_invalid");
  const presence = await confirmPresence(ports, token, currentPassword);
  if (!presence.ok) return presence;
  const { session, user } = presence.value;
  const owner = await ports.users.findByEmail(emailKey); // looked up under either disclosure
  const isTaken = owner !== undefined && owner.id !== user.id;
  if (isTaken && ports.policy.disclosure === "open") return err("email_already_registered");

  const { tokenTtlMs: ttlMs } = ports.policy.verification;
  const requested = newEvent(ports, "user.email_change_requested", {
    userId: user.id,
    data: { epoch: session.epoch, expiresAt: linkExpiry(ports) },
  });
  const proposal = { id: requested.id, email, emailKey, ttlMs };
  const isKept = await ports.emailChanges.propose(session, proposal, [requested]);
  if (isKept) return ok(undefined);
  await reproject(ports, user.id);
  return err("session_missing"); // it was ended meanwhile
}
