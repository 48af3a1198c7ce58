import { randomUUID } from "node:crypto";
import type { EventId, IdSource, SessionId, UserId } from "@postern/domain";
import { v7 } from "uuid";

/** Ids as RFC 9562 has them. */
export function idSource(): IdSource {
  return {
    userId: () => v7() as UserId,
    eventId: () => v7() as EventId,
    sessionId: () => randomUUID() as string as SessionId,
  };
}
