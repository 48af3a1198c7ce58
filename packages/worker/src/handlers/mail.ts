import {
  type EventId,
  followingEventId,
  isEnabled,
  newEvent,
  type Token,
  type TokenClaim,
  type UserEvent,
} from "@postern/domain";
import type { Handler, HandlerPorts, Subscriber } from "../subscriber.ts";
import { sendMail } from "./send-mail.ts";

type Of<Type extends UserEvent["type"]> = Handler<Extract<UserEvent, { type: Type }>>;

const MINUTE_MS = 60_000;

interface Mailing {
  readonly id: EventId;
  readonly keyId: string | undefined;
  readonly ttlMs: number;
}

/**
 * The event determines the token, so a second delivery carries the same token and stores no other.
 */
async function putToken(
  { tokenFactory, tokens }: HandlerPorts,
  { id, keyId, ttlMs }: Mailing,
  claim: Omit<TokenClaim, "byMail">,
): Promise<Token> {
  const { token, tokenHash } = tokenFactory.deriveEmailToken(claim.purpose, id, keyId);
  await tokens.put(tokenHash, { ...claim, byMail: true }, ttlMs);
  return token;
}

type ExpiredMail = Extract<UserEvent, { type: "user.mail_expired" }>["data"]["mail"];

/** Records that a mail was dropped, so that neither its user nor the operator has to guess. */
async function noteExpired(
  ports: HandlerPorts,
  cause: UserEvent,
  mail: ExpiredMail,
): Promise<void> {
  if (!cause.userId) return;
  const facts = { userId: cause.userId, data: { mail, eventId: cause.id } };
  const expired = newEvent(ports, "user.mail_expired", facts);
  await ports.events.append([{ ...expired, id: followingEventId(cause.id) }]);
  ports.onMailExpired?.(cause);
}

const sendReset: Of<"user.password_reset_requested"> = async (ports, event, { keyId }) => {
  const { id, userId, occurredAt, data } = event;
  if (data.tokenBy !== "mail" || !userId) return;
  const user = await ports.users.findById(userId);
  const expiresAt = new Date(data.expiresAt).getTime();
  const ttlMs = expiresAt - ports.clock.now().getTime();
  if (!user || !isEnabled(user) || user.epoch !== data.epoch) return;
  if (ttlMs <= 0) return await noteExpired(ports, event, "password_reset");
  const claim = { purpose: "password_reset", userId, epoch: data.epoch } as const;
  const token = await putToken(ports, { id, keyId, ttlMs }, claim);
  const url = ports.links.reset({ email: user.email, token });
  const minutes = Math.round((expiresAt - occurredAt.getTime()) / MINUTE_MS);
  await sendMail(ports, id, user, (mails, to) => mails.reset({ to, token, url, minutes }));
};

const sendChanged: Of<"user.password_changed"> = async (ports, { id, userId }) => {
  const user = await ports.users.findById(userId);
  if (user) await sendMail(ports, id, user, (mails, to) => mails.passwordChanged({ to }));
};

/** Not for a user's first device: a user who has just registered knows. */
const sendNewDevice: Of<"session.created"> = async (ports, event, { payload: { device } }) => {
  const { id, userId, occurredAt: at } = event;
  if (!device || (await ports.devices.see(userId, device, id)) !== "new") return;
  const user = await ports.users.findById(userId);
  if (user) await sendMail(ports, id, user, (mails, to) => mails.newDevice({ to, device, at }));
};

const sendAttempted: Of<"user.registration_attempted"> = async (ports, { id }, { payload }) => {
  const user = payload.emailKey && (await ports.users.findByEmail(payload.emailKey));
  if (!user || (payload.isLinkSent && !user.emailVerifiedAt)) return;
  await sendMail(ports, id, user, (mails, to) => mails.registrationAttempted({ to }));
};

/** To the user who registered, or who has the address that somebody tried to register again. */
const sendVerification: Of<"user.email_verification_requested"> = async (
  ports,
  event,
  { payload: { emailKey }, keyId },
) => {
  const { id, userId, data } = event;
  const again = emailKey && (await ports.users.findByEmail(emailKey));
  const user = userId ? await ports.users.findById(userId) : again;
  const ttlMs = new Date(data.expiresAt).getTime() - ports.clock.now().getTime();
  if (!user || !isEnabled(user) || user.emailVerifiedAt) return;
  if (userId && user.epoch !== data.epoch) return;
  if (ttlMs <= 0)
    return await noteExpired(ports, { ...event, userId: user.id }, "email_verification");
  const claim = { purpose: "email_verification", userId: user.id, epoch: user.epoch } as const;
  const token = await putToken(ports, { id, keyId, ttlMs }, claim);
  const url = ports.links.verify({ token });
  await sendMail(ports, id, user, (mails, to) => mails.verifyAddress({ to, token, url }));
};

/** To the new address. An owner who has it already is told so; the user who asked is not. */
const sendEmailChange: Of<"user.email_change_requested"> = async (ports, event, { keyId }) => {
  const { id, userId, data } = event;
  const change = await ports.emailChanges.find(id);
  const user = await ports.users.findById(userId);
  const ttlMs = new Date(data.expiresAt).getTime() - ports.clock.now().getTime();
  if (ttlMs <= 0 && user?.epoch === data.epoch)
    return await noteExpired(ports, event, "email_change");
  if (!change || user?.epoch !== data.epoch) return;
  const owner = await ports.users.findByEmail(change.emailKey);
  if (owner && owner.id !== userId) {
    await sendMail(ports, id, owner, (mails, to) => mails.registrationAttempted({ to }));
    return;
  }
  const claim = { purpose: "email_change", userId, epoch: data.epoch, changeId: id } as const;
  const token = await putToken(ports, { id, keyId, ttlMs }, claim);
  const url = ports.links.verify({ token });
  const { language } = user;
  await sendMail(ports, id, { email: change.email, language }, (mails, to) =>
    mails.verifyNewAddress({ to, token, url }),
  );
};

/** To the address that the user no longer has. */
const sendEmailChanged: Of<"user.email_changed"> = async (
  ports,
  { id },
  { payload: { email, language } },
) => {
  if (!email) return;
  await sendMail(ports, id, { email, language }, (mails, to) => mails.addressChanged({ to }));
};

const sendDeleted: Of<"user.deleted"> = async (ports, { id }, { payload }) => {
  const { email, language } = payload;
  if (!email) return;
  await sendMail(ports, id, { email, language }, (mails, to) => mails.accountDeleted({ to }));
};

/** Mails users what they need to know, at the address that is stored with them. */
export const mailSubscriber: Subscriber = {
  name: "mail",
  readsPayload: true,
  atOnce: 20,
  // Long enough that a quick server gets one mail after the other, and short enough that a slow one
  // gets 20 at once.
  staggerMs: 50,
  perGroup: 4,
  // Some events have no user: they exist so that the same data is stored for every address.
  isNeeded: ({ userId }, { emailKey }) => userId !== undefined || emailKey !== undefined,
  groupOf: ({ userId }, { sender }) => sender ?? userId,
  replaces: ({ type, userId }) =>
    type === "user.password_reset_requested" && userId ? `reset ${userId}` : undefined,
  handleWithinMs: 180_000, // longer than the mail server's time limit
  on: {
    "session.created": sendNewDevice,
    "user.deleted": sendDeleted,
    "user.email_change_requested": sendEmailChange,
    "user.email_changed": sendEmailChanged,
    "user.email_verification_requested": sendVerification,
    "user.password_changed": sendChanged,
    "user.password_reset_requested": sendReset,
    "user.registration_attempted": sendAttempted,
    "session.revoked": undefined,
    "user.created": undefined,
    "user.disabled": undefined,
    "user.email_verified": undefined,
    "user.enabled": undefined,
    "user.mail_expired": undefined,
    "user.sessions_ended": undefined,
  },
};
