import type { Subscriber } from "../subscriber.ts";

/** Takes out of queues and records what is personal of a user who is gone. */
export const forgetSubscriber: Subscriber = {
  name: "forget",
  readsPayload: true,
  atOnce: 2,
  handleWithinMs: 120_000, // it may have to look through every job there is
  on: {
    "user.deleted": ({ records }, { userId }, { payload }) =>
      records.forget(userId, payload.emailKey),
    "session.created": undefined,
    "session.revoked": undefined,
    "user.created": undefined,
    "user.disabled": undefined,
    "user.email_change_requested": undefined,
    "user.email_changed": undefined,
    "user.email_verification_requested": undefined,
    "user.email_verified": undefined,
    "user.enabled": undefined,
    "user.password_changed": undefined,
    "user.password_reset_requested": undefined,
    "user.registration_attempted": undefined,
    "user.sessions_ended": undefined,
  },
};
