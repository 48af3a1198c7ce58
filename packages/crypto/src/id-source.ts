import type { EventId, IdSource, UserId } from "@postern/domain";
import { v7 } from "uuid";

/** Creates ids as RFC 9562 defines them. */
export function idSource(): IdSource {
  return {
    userId: () => v7() as UserId,
    eventId: () => v7() as EventId,
  };
}
