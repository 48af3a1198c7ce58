import type { OutgoingEvent } from "../event/event.ts";
import { newEvent } from "../event/new-event.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { toEmailKey } from "../email.ts";
import { isEnabled, type User } from "../user/user.ts";

/**
 * Mails the link that verifies an address, once more. Under closed disclosure the result and the work
 * are the same for every address; a user who is verified already gets nothing under either.
 */
export async function requestVerification(
  ports: Pick<Ports, "clock" | "events" | "ids" | "policy" | "users">,
  input: { readonly email: string },
): Promise<Result<undefined, "email_unknown">> {
  const emailKey = toEmailKey(input.email);
  const found = emailKey && (await ports.users.findByEmail(emailKey));
  if (!found && ports.policy.disclosure === "open") return err("email_unknown");
  const user = found && isEnabled(found) && !found.emailVerifiedAt ? found : undefined;
  await ports.events.append([verificationRequested(ports, user)]);
  return ok(undefined);
}

/** The event that has the link mailed: to this user, or to nobody. */
export const verificationRequested = (
  ports: Pick<Ports, "clock" | "ids" | "policy">,
  user: Pick<User, "id" | "epoch"> | undefined,
): OutgoingEvent =>
  newEvent(ports, "user.email_verification_requested", {
    userId: user?.id,
    data: { epoch: user?.epoch ?? 0, expiresAt: linkExpiry(ports) },
  });

/** When a link that is mailed now expires; ISO 8601. */
export const linkExpiry = ({ clock, policy }: Pick<Ports, "clock" | "policy">): string =>
  new Date(clock.now().getTime() + policy.verification.tokenTtlMs).toISOString();
