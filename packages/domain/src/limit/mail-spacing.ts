import type { Caller } from "../caller.ts";
import { type LimitPorts, placeOf } from "./places.ts";

/** Mails that a person can request for an address, each spaced on its own. */
type MailKind = "change" | "registration" | "reset" | "verification";

/** Names the network that requests a mail, in the event's payload. */
export const senderOf = (
  { tokenFactory }: Pick<LimitPorts, "tokenFactory">,
  { network }: Caller = {},
): { readonly sender?: string } =>
  network === undefined ? {} : { sender: tokenFactory.keyedHash(`sender ${network}`) };

interface RequestedMail {
  readonly kind: MailKind;
  readonly address: string;
  /** Spaces this user's mails on their own. The longer limit is still that of the address. */
  readonly requester?: string;
}

/**
 * Runs `act`, and tells it whether a mail of this kind may be sent to the address now. The address
 * alone (for a change of address, also the user who requests it) decides, so the answer tells
 * nothing about an account. Mails are spaced and never reduced to none: the windows are no longer
 * than a reset token lives. If `act` fails, the next request may send the mail.
 */
export async function spaceMail<Value>(
  ports: LimitPorts,
  { kind, address, requester = "" }: RequestedMail,
  act: (isMailed: boolean) => Promise<Value>,
): Promise<Value> {
  const subject = `mail ${kind} ${address}`;
  const spacing = placeOf(ports, "mailSpacing", `${subject} ${requester}`);
  const longer = placeOf(ports, "mailAddress", subject);
  const isSpaced = (await ports.limiter.take(spacing)) === undefined;
  // Only a mail that passes the spacing counts here, or a flood would use up all of them at once.
  const isMailed = isSpaced && (await ports.limiter.take(longer)) === undefined;
  try {
    return await act(isMailed);
  } catch (error) {
    if (isMailed)
      await Promise.allSettled([spacing, longer].map((place) => ports.limiter.giveBack(place)));
    throw error;
  }
}
