import { forgetSubscriber } from "./handlers/forget.ts";
import { mailSubscriber } from "./handlers/mail.ts";
import { noticesSubscriber } from "./handlers/notices.ts";
import { sessionsSubscriber } from "./handlers/sessions.ts";
import { webhooksSubscriber } from "./handlers/webhooks.ts";
import type { Subscriber } from "./subscriber.ts";

/** Everybody who hears of user events. */
export const SUBSCRIBERS: readonly Subscriber[] = [
  sessionsSubscriber,
  mailSubscriber,
  noticesSubscriber,
  webhooksSubscriber,
  forgetSubscriber,
];
