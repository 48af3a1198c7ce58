import type { Caller } from "../caller.ts";
import { type Email, parseEmail } from "../email.ts";
import { senderOf, spaceMail } from "../limit/mail-spacing.ts";
import { placeOf, placesOfNetwork, withPlaces } from "../limit/places.ts";
import { newEvent } from "../event/new-event.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import {
  type Reauthenticated,
  reauthenticate,
  type ReauthenticationError,
  type ReauthenticationPorts,
} from "../session/reauthenticate.ts";
import { syncSessions } from "../session/sync-sessions.ts";
import { linkExpiry } from "../verification/request-verification.ts";

export type ChangeEmailError = ReauthenticationError | "email_already_registered" | "email_invalid";

type RequiredPorts = ReauthenticationPorts & Pick<Ports, "emailChanges" | "ids">;

interface ChangeEmailInput {
  readonly email: string;
  readonly currentPassword?: string | undefined;
  readonly caller?: Caller;
}

/**
 * Requests a change of address: a link goes to the new address and a notice to the old one. The
 * address changes when the link is used. Under closed disclosure a taken address is accepted too.
 */
export async function changeEmail(
  ports: RequiredPorts,
  token: string | undefined,
  { email: given, currentPassword, caller = {} }: ChangeEmailInput,
): Promise<Result<undefined, ChangeEmailError>> {
  const email = parseEmail(given);
  if (!email) return err("email_invalid");
  const reauthenticated = await reauthenticate(ports, token, currentPassword, caller);
  if (!reauthenticated.ok) return reauthenticated;
  const { session, user } = reauthenticated.value;
  const places = [
    placeOf(ports, "emailChange", user.id),
    ...placesOfNetwork(ports, "mailNetwork", caller),
  ];
  const mail = { kind: "change", address: email.key, requester: user.id } as const;
  return await withPlaces(ports, places, () =>
    spaceMail(ports, mail, (isMailed) =>
      propose(ports, { session, user, email, isMailed, caller }),
    ),
  );
}

interface Proposal extends Reauthenticated {
  readonly email: Email;
  readonly isMailed: boolean;
  readonly caller: Caller;
}

async function propose(
  ports: RequiredPorts,
  { session, user, email, isMailed, caller }: Proposal,
): Promise<Result<undefined, ChangeEmailError>> {
  const owner = await ports.users.findByEmail(email.key); // also where disclosure is closed
  const isTaken = owner !== undefined && owner.id !== user.id;
  if (isTaken && ports.policy.disclosure === "open") return err("email_already_registered");

  if (!isMailed) return ok(undefined); // the mail of a moment ago will do
  const { tokenTtlMs: ttlMs } = ports.policy.verification;
  const requested = newEvent(ports, "user.email_change_requested", {
    userId: user.id,
    data: { epoch: session.epoch, expiresAt: linkExpiry(ports) },
    payload: senderOf(ports, caller),
  });
  const proposal = { id: requested.id, email: email.address, emailKey: email.key, ttlMs };
  if (await ports.emailChanges.propose(session, proposal, [requested])) return ok(undefined);
  await syncSessions(ports, user.id, undefined);
  return err("session_missing"); // the session ended meanwhile
}
