import { isEnabled, type UserEvent } from "@postern/domain";
import { passwordChangedMessage, resetMessage } from "@postern/mail";
import type { Handler, Subscriber } from "../subscriber.ts";

type Of<Type extends UserEvent["type"]> = Handler<Extract<UserEvent, { type: Type }>>;

/** The token is the event's own, so a second delivery carries the same one and adds no other. */
const sendReset: Of<"user.password_reset_requested"> = async (ports, { id, userId, data }) => {
  if (data.tokenBy !== "mail" || !userId) return;
  const user = await ports.users.find(userId);
  const ttlMs = new Date(data.expiresAt).getTime() - ports.clock.now().getTime();
  if (!user || !isEnabled(user) || user.epoch !== data.epoch || ttlMs <= 0) return;
  const { token, tokenHash } = ports.secrets.resetTokenOf(id);
  const claim = { purpose: "password_reset", userId, epoch: data.epoch } as const;
  await ports.tokens.put(tokenHash, claim, ttlMs);
  await ports.mailer.send(resetMessage({ eventId: id, to: user.email, token }));
};

const sendNotice: Of<"user.password_changed"> = async ({ mailer, users }, { id, userId }) => {
  const user = await users.find(userId);
  if (user) await mailer.send(passwordChangedMessage({ eventId: id, to: user.email }));
};

/** Writes to people what they need to know, at the address that is stored with them. */
export const mailSubscriber: Subscriber = {
  name: "mail",
  on: {
    "user.password_reset_requested": sendReset,
    "user.password_changed": sendNotice,
    "session.created": undefined,
    "session.revoked": undefined,
    "user.created": undefined,
    "user.disabled": undefined,
    "user.enabled": undefined,
    "user.registration_attempted": undefined,
  },
};
