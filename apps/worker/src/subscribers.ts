import { handleForMail } from "./handlers/mail.ts";
import { handleForSessions } from "./handlers/sessions.ts";
import type { Subscriber } from "./subscriber.ts";

/** Everybody who hears of user events. */
export const SUBSCRIBERS: readonly Subscriber[] = [
  { name: "sessions", handle: handleForSessions },
  { name: "mail", handle: handleForMail },
];
