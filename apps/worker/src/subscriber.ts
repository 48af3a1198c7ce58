import type { Ports, UserEvent } from "@postern/domain";
import type { Mailer } from "@postern/mail";

/** What handlers may touch. */
export type HandlerPorts = Pick<Ports, "clock" | "secrets" | "sessions" | "tokens" | "users"> & {
  readonly mailer: Mailer;
};

/**
 * Lets something follow from an event. It is called at least once for each, in no order, and maybe
 * twice at once, so it must be safe to repeat; when it throws, it is called again later.
 */
export type Handler<Event extends UserEvent = UserEvent> = (
  ports: HandlerPorts,
  event: Event,
) => Promise<void>;

export interface Subscriber {
  /** Names its queue; a queue outlives releases, so the name never changes. */
  readonly name: string;
  /** A handler for each kind of event, or `undefined` where there is nothing to do. */
  readonly on: {
    readonly [Type in UserEvent["type"]]: Handler<Extract<UserEvent, { type: Type }>> | undefined;
  };
}

/** The subscriber's handler for this event. */
export const handlerFor = ({ on }: Subscriber, { type }: UserEvent): Handler | undefined =>
  // The table ties each handler to its own type, which the compiler cannot follow through a variable.
  on[type] as Handler | undefined;
