import type { Caller } from "../caller.ts";
import { parseEmail } from "../email.ts";
import type { OutgoingEvent } from "../event/event.ts";
import { newEvent } from "../event/new-event.ts";
import { senderOf, spaceMail } from "../limit/mail-spacing.ts";
import { placesOfNetwork, withPlaces } from "../limit/places.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { isEnabled, type User } from "../user/user.ts";

export type RequestVerificationError = "email_unknown";

/**
 * Mails the link that verifies an address once more. Under closed disclosure the result and the
 * work are the same for every address. A user whose address is verified receives no mail, and mails
 * to one address are spaced. Throws `RateLimited`.
 */
export async function requestVerification(
  ports: Pick<Ports, "clock" | "events" | "ids" | "limiter" | "policy" | "tokenFactory" | "users">,
  input: { readonly email: string; readonly caller?: Caller },
): Promise<Result<undefined, RequestVerificationError>> {
  const key = parseEmail(input.email)?.key;
  const mail = { kind: "verification", address: key ?? input.email } as const;
  const request = async (isMailed: boolean) => {
    const isClosed = ports.policy.disclosure === "closed";
    if (isClosed && !isMailed) return ok(undefined); // before anything is looked up
    const found = key && (await ports.users.findByEmail(key));
    if (!found && !isClosed) return err("email_unknown");
    const user = found && isEnabled(found) && !found.emailVerifiedAt ? found : undefined;
    const payload = senderOf(ports, input.caller);
    if (isMailed) await ports.events.append([{ ...verificationRequested(ports, user), payload }]);
    return ok(undefined);
  };
  const places = placesOfNetwork(ports, "mailNetwork", input.caller ?? {});
  return await withPlaces(ports, places, () => spaceMail(ports, mail, request));
}

/** The event that makes the worker mail the link. Without a user it makes no mail. */
export const verificationRequested = (
  ports: Pick<Ports, "clock" | "ids" | "policy">,
  user: Pick<User, "id" | "epoch"> | undefined,
): OutgoingEvent =>
  newEvent(ports, "user.email_verification_requested", {
    userId: user?.id,
    data: { epoch: user?.epoch ?? 0, expiresAt: linkExpiry(ports) },
  });

/** Returns when a link that is mailed now expires (ISO 8601). */
export const linkExpiry = ({ clock, policy }: Pick<Ports, "clock" | "policy">): string =>
  new Date(clock.now().getTime() + policy.verification.tokenTtlMs).toISOString();
