import type { UserEvent } from "@postern/domain";

/** The part of pino's logger that is used here. */
interface WarningLog {
  warn(fields: object, text: string): void;
}

/** Logs and counts mails that were dropped because their link had expired. */
export function expiredMailLog(log: WarningLog): (cause: UserEvent) => void {
  let total = 0;
  return ({ id, type }) => {
    total += 1;
    log.warn({ eventId: id, cause: type, total }, "mail expired unsent");
  };
}
