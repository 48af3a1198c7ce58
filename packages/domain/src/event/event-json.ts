import type { UserEvent } from "./event.ts";

type Json<Event extends UserEvent> = Event extends UserEvent
  ? Omit<Event, "occurredAt" | "userId"> & {
      /** `null`: the event has no user. */
      readonly userId: Event["userId"] extends string ? string : string | null;
      /** When it happened (ISO 8601). */
      readonly timestamp: string;
    }
  : never;

/** An event as sent to queues, webhooks and programs. `docs/events.md` describes it. */
export type EventJson = Json<UserEvent>;

export function toEventJson({ id, type, version, userId, occurredAt, data }: UserEvent): EventJson {
  const timestamp = occurredAt.toISOString();
  return { id, type, version, timestamp, userId: userId ?? null, data } as EventJson;
}

export function fromEventJson({
  id,
  type,
  version,
  timestamp,
  userId,
  data,
}: EventJson): UserEvent {
  const occurredAt = new Date(timestamp);
  return { id, type, version, userId: userId ?? undefined, occurredAt, data } as UserEvent;
}
