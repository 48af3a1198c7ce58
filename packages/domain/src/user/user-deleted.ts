import type { OutgoingEvent } from "../event/event.ts";
import { newEvent } from "../event/new-event.ts";
import type { Ports } from "../ports.ts";
import type { User } from "./user.ts";

/**
 * The event of a deletion. Its sealed payload tells the handlers which address to erase, and whom
 * to notify: only a verified address is known to be the user's.
 */
export const userDeleted = (
  ports: Pick<Ports, "clock" | "ids">,
  { id: userId, email, emailKey, emailVerifiedAt, language }: User,
): OutgoingEvent =>
  newEvent(ports, "user.deleted", {
    userId,
    data: {},
    payload: { emailKey, ...(emailVerifiedAt && { email, language }) },
  });
