import type { Handler, Subscriber } from "../subscriber.ts";

/** Events without a user are not sent to webhooks: they exist only to hide who has an account. */
const enqueue: Handler = async ({ webhooks }, event) => {
  if (event.userId) await webhooks.enqueue(event);
};

/**
 * Queues a delivery for each endpoint; `webhooks/deliveries.ts` delivers to each endpoint
 * independently.
 */
export const webhooksSubscriber: Subscriber = {
  name: "webhooks",
  atOnce: 4, // each job inserts into many queues, and other work needs the connections too
  handleWithinMs: 60_000,
  on: {
    "session.created": enqueue,
    "session.revoked": enqueue,
    "user.created": enqueue,
    "user.deleted": enqueue,
    "user.disabled": enqueue,
    "user.email_change_requested": enqueue,
    "user.email_changed": enqueue,
    "user.email_verification_requested": enqueue,
    "user.email_verified": enqueue,
    "user.enabled": enqueue,
    "user.mail_expired": enqueue,
    "user.password_changed": enqueue,
    "user.password_reset_requested": enqueue,
    "user.registration_attempted": undefined,
    "user.sessions_ended": enqueue,
  },
};
