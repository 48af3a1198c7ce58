import type { UserEvent } from "@postern/domain";
import type { Log } from "@postern/process";

/** Logs and counts mails that were dropped because their link had expired. */
export function expiredMailLog(log: Log): (cause: UserEvent) => void {
  let total = 0;
  return ({ id, type }) => {
    total += 1;
    log.warn({ eventId: id, cause: type, total }, "mail expired unsent");
  };
}
