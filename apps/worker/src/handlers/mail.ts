import { isEnabled, type UserEvent } from "@postern/domain";
import { toMessage } from "@postern/mail";
import type { Handler, Subscriber } from "../subscriber.ts";

type Of<Type extends UserEvent["type"]> = Handler<Extract<UserEvent, { type: Type }>>;

const MINUTE_MS = 60_000;

/** The token is the event's own, so a second delivery carries the same one and adds no other. */
const sendReset: Of<"user.password_reset_requested"> = async (ports, event, { keyId }) => {
  const { id, userId, occurredAt, data } = event;
  if (data.tokenBy !== "mail" || !userId) return;
  const user = await ports.users.find(userId);
  const expiresAt = new Date(data.expiresAt).getTime();
  const ttlMs = expiresAt - ports.clock.now().getTime();
  if (!user || !isEnabled(user) || user.epoch !== data.epoch || ttlMs <= 0) return;
  const { token, tokenHash } = ports.secrets.resetTokenOf(id, keyId);
  const claim = { purpose: "password_reset", userId, epoch: data.epoch } as const;
  await ports.tokens.put(tokenHash, claim, ttlMs);
  const { email: to } = user;
  const url = ports.links.reset({ email: to, token });
  const minutes = Math.round((expiresAt - occurredAt.getTime()) / MINUTE_MS);
  await ports.mailer.send(toMessage(id, to, ports.letters.reset({ to, token, url, minutes })));
};

const sendChanged: Of<"user.password_changed"> = async (ports, { id, userId }) => {
  const user = await ports.users.find(userId);
  if (!user) return;
  const { email: to } = user;
  await ports.mailer.send(toMessage(id, to, ports.letters.passwordChanged({ to })));
};

/** Not for the first device: whoever has just registered knows. */
const sendNewDevice: Of<"session.created"> = async (ports, event, { payload: { device } }) => {
  const { id, userId, occurredAt: at } = event;
  if (!device || (await ports.devices.see(userId, device, id)) !== "new") return;
  const user = await ports.users.find(userId);
  if (!user) return;
  const { email: to } = user;
  await ports.mailer.send(toMessage(id, to, ports.letters.newDevice({ to, device, at })));
};

const sendAttempted: Of<"user.registration_attempted"> = async (ports, { id }, { payload }) => {
  const user = payload.emailKey && (await ports.users.findByEmail(payload.emailKey));
  if (!user) return;
  const { email: to } = user;
  await ports.mailer.send(toMessage(id, to, ports.letters.registrationAttempted({ to })));
};

/** Writes to people what they need to know, at the address that is stored with them. */
export const mailSubscriber: Subscriber = {
  name: "mail",
  atOnce: 20,
  staggerMs: 1_000,
  handleWithinMs: 180_000, // more than the mail server is given
  on: {
    "session.created": sendNewDevice,
    "user.password_changed": sendChanged,
    "user.password_reset_requested": sendReset,
    "user.registration_attempted": sendAttempted,
    "session.revoked": undefined,
    "user.created": undefined,
    "user.deleted": undefined,
    "user.disabled": undefined,
    "user.enabled": undefined,
    "user.sessions_ended": undefined,
  },
};
