import type { EventId } from "../ids.ts";
import type { Ports } from "../ports.ts";
import type { EventPayload, UserEvent } from "./event.ts";

type Facts<Type extends UserEvent["type"]> = Pick<
  Extract<UserEvent, { type: Type }>,
  "userId" | "data"
> & { readonly payload?: EventPayload };

/** The version in which each type is written. Older versions are only read. */
const VERSIONS: {
  readonly [Type in UserEvent["type"]]: Extract<UserEvent, { type: Type }>["version"];
} = {
  "session.created": 1,
  "session.revoked": 1,
  "user.created": 1,
  "user.deleted": 1,
  "user.disabled": 1,
  "user.email_change_requested": 1,
  "user.email_changed": 1,
  "user.email_verification_requested": 1,
  "user.email_verified": 1,
  "user.enabled": 1,
  "user.mail_expired": 1,
  "user.password_changed": 1,
  "user.password_reset_requested": 1,
  "user.registration_attempted": 1,
  "user.sessions_ended": 1,
};

/**
 * Returns the id of the event that a handler adds because of `cause`. It is the same each time, so
 * that a handler which runs twice adds one event. UUIDv8 (RFC 9562 section 5.8) instead of 7: it
 * meets no other id, and its place in the log is right behind the cause.
 */
export const followingEventId = (cause: EventId): EventId =>
  `${cause.slice(0, 14)}8${cause.slice(15)}` as EventId;

/** All event types. */
export const EVENT_TYPES: readonly string[] = Object.keys(VERSIONS);

/** Creates an event that happens now, in the newest version of its type. */
export function newEvent<Type extends UserEvent["type"]>(
  ports: Pick<Ports, "clock" | "ids">,
  type: Type,
  { userId, data, payload }: Facts<Type>,
): Extract<UserEvent, { type: Type }> & { readonly payload?: EventPayload } {
  const event = {
    id: ports.ids.eventId(),
    type,
    version: VERSIONS[type],
    userId,
    occurredAt: ports.clock.now(),
    data,
    ...(payload && { payload }),
  };
  // The compiler cannot follow a generic discriminant. `Facts` ties userId and data to the type.
  return event as unknown as ReturnType<typeof newEvent<Type>>;
}
