import type { EventId, IdSource, UserId } from "@postern/domain";
import { v7 } from "uuid";

/** Ids as RFC 9562 has them. */
export function idSource(): IdSource {
  return {
    userId: () => v7() as UserId,
    eventId: () => v7() as EventId,
  };
}
