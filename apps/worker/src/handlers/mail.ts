import { isEnabled, type UserEvent } from "@postern/domain";
import { passwordChangedMessage, resetMessage } from "@postern/mail";
import type { Handler, HandlerPorts } from "../subscriber.ts";

/** Writes to people what they need to know, at the address that is stored with them. */
export const handleForMail: Handler = async (ports, event) => {
  switch (event.type) {
    case "user.password_reset_requested":
      return await sendReset(ports, event);
    case "user.password_changed":
      return await sendNotice(ports, event);
    case "user.created":
    case "user.disabled":
    case "user.enabled":
    case "session.created":
    case "session.revoked":
      return;
  }
};

type ResetRequested = Extract<UserEvent, { type: "user.password_reset_requested" }>;

/** The token is the event's own, so a second delivery carries the same one and adds no other. */
async function sendReset(ports: HandlerPorts, { id, userId, data }: ResetRequested): Promise<void> {
  if (data.tokenBy !== "mail" || !userId) return;
  const user = await ports.users.find(userId);
  const ttlMs = new Date(data.expiresAt).getTime() - ports.clock.now().getTime();
  if (!user || !isEnabled(user) || user.epoch !== data.epoch || ttlMs <= 0) return;
  const { token, tokenHash } = ports.secrets.resetTokenOf(id);
  await ports.tokens.put(
    tokenHash,
    { purpose: "password_reset", userId, epoch: data.epoch },
    ttlMs,
  );
  await ports.mailer.send(resetMessage({ eventId: id, to: user.email, token }));
}

type PasswordChanged = Extract<UserEvent, { type: "user.password_changed" }>;

async function sendNotice(ports: HandlerPorts, { id, userId }: PasswordChanged): Promise<void> {
  const user = await ports.users.find(userId);
  if (user) await ports.mailer.send(passwordChangedMessage({ eventId: id, to: user.email }));
}
