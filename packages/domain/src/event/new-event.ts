import type { Ports } from "../ports.ts";
import type { UserEvent } from "./event.ts";

type Facts<Type extends UserEvent["type"]> = Pick<
  Extract<UserEvent, { type: Type }>,
  "userId" | "data"
>;

/** An event of now, in the newest version of its type. */
export function newEvent<Type extends UserEvent["type"]>(
  ports: Pick<Ports, "clock" | "ids">,
  type: Type,
  { userId, data }: Facts<Type>,
): Extract<UserEvent, { type: Type }> {
  const event = {
    id: ports.ids.eventId(),
    type,
    version: 1,
    userId,
    occurredAt: ports.clock.now(),
    data,
  };
  // The compiler cannot follow a generic discriminant; Facts has tied userId and data to the type.
  return event as unknown as Extract<UserEvent, { type: Type }>;
}
