import type { Handler, Subscriber } from "../subscriber.ts";
import { sendMail } from "./send-mail.ts";
import type { UserEvent } from "@postern/domain";

type EmailChangeRequested = Extract<UserEvent, { type: "user.email_change_requested" }>;

/** To the user's current address, before the new one is confirmed. */
const sendNotice: Handler<EmailChangeRequested> = async (ports, { id, userId }) => {
  const change = await ports.emailChanges.find(id);
  const user = await ports.users.findById(userId);
  if (!change || user?.epoch !== change.epoch) return;
  await sendMail(ports, `${id}-notice`, user, (mails, to) => mails.addressChangeRequested({ to }));
};

/**
 * The second mail of events that cause two. It has a queue of its own: if one of the addresses
 * refuses mail, the other mail must neither wait nor be sent again.
 */
export const noticesSubscriber: Subscriber = {
  name: "notices",
  atOnce: 5,
  staggerMs: 50,
  handleWithinMs: 180_000, // longer than the mail server's time limit
  on: {
    "user.email_change_requested": sendNotice,
    "session.created": undefined,
    "session.revoked": undefined,
    "user.created": undefined,
    "user.deleted": undefined,
    "user.disabled": undefined,
    "user.email_changed": undefined,
    "user.email_verification_requested": undefined,
    "user.email_verified": undefined,
    "user.enabled": undefined,
    "user.mail_expired": undefined,
    "user.password_changed": undefined,
    "user.password_reset_requested": undefined,
    "user.registration_attempted": undefined,
    "user.sessions_ended": undefined,
  },
};
