import type { Ports } from "../ports.ts";
import type { UserEvent } from "./event.ts";

type Facts<Type extends UserEvent["type"]> = Pick<
  Extract<UserEvent, { type: Type }>,
  "userId" | "data"
>;

/** The version in which each type is written now; the older ones are only read. */
const VERSIONS: {
  readonly [Type in UserEvent["type"]]: Extract<UserEvent, { type: Type }>["version"];
} = {
  "session.created": 1,
  "session.revoked": 1,
  "user.created": 1,
  "user.disabled": 1,
  "user.enabled": 1,
  "user.password_changed": 1,
  "user.password_reset_requested": 1,
  "user.registration_attempted": 1,
};

/** An event of now, in the newest version of its type. */
export function newEvent<Type extends UserEvent["type"]>(
  ports: Pick<Ports, "clock" | "ids">,
  type: Type,
  { userId, data }: Facts<Type>,
): Extract<UserEvent, { type: Type }> {
  const event = {
    id: ports.ids.eventId(),
    type,
    version: VERSIONS[type],
    userId,
    occurredAt: ports.clock.now(),
    data,
  };
  // The compiler cannot follow a generic discriminant; Facts has tied userId and data to the type.
  return event as unknown as Extract<UserEvent, { type: Type }>;
}
