import { erasureSubscriber } from "./handlers/erasure.ts";
import { mailSubscriber } from "./handlers/mail.ts";
import { noticesSubscriber } from "./handlers/notices.ts";
import { sessionsSubscriber } from "./handlers/sessions.ts";
import { webhooksSubscriber } from "./handlers/webhooks.ts";
import type { Subscriber } from "./subscriber.ts";

/** All subscribers of user events. */
export const SUBSCRIBERS: readonly Subscriber[] = [
  sessionsSubscriber,
  mailSubscriber,
  noticesSubscriber,
  webhooksSubscriber,
  erasureSubscriber,
];
