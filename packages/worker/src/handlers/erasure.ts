import type { Subscriber } from "../subscriber.ts";

/** Erases the personal data of a deleted user from queues and records. */
export const erasureSubscriber: Subscriber = {
  name: "erasure",
  readsPayload: true,
  atOnce: 2,
  handleWithinMs: 120_000, // it may have to read every job
  on: {
    "user.deleted": ({ records }, { userId }, { payload }) =>
      records.erase(userId, payload.emailKey),
    "session.created": undefined,
    "session.revoked": undefined,
    "user.created": undefined,
    "user.disabled": undefined,
    "user.email_change_requested": undefined,
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
