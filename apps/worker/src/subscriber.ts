import type { EmailKey, EventPayload, Ports, UserEvent, UserId } from "@postern/domain";
import type { Letters, Links, Mailer } from "@postern/mail";

/** What handlers may touch. */
export type HandlerPorts = Pick<
  Ports,
  "clock" | "devices" | "emailChanges" | "ids" | "sessions" | "tokenFactory" | "tokens" | "users"
> & {
  readonly mailer: Mailer;
  readonly letters: Letters;
  readonly links: Links;
  readonly webhooks: {
    /** Queues a delivery to each endpoint that wants events of this type; once, however often asked. */
    enqueue(event: UserEvent): Promise<void>;
  };
  /** Outbox, queues, and what was noted of deliveries. */
  readonly records: {
    /** Takes out what is personal of a user who is gone, and had this address. */
    forget(userId: UserId, emailKey: EmailKey | undefined): Promise<void>;
  };
};

/** What travels with an event, encrypted, for the handlers alone. */
export interface Delivery {
  readonly payload: EventPayload;
  /** The key it was encrypted with. `undefined`: the installation had none then. */
  readonly keyId: string | undefined;
}

/**
 * Lets something follow from an event. It is called at least once for each, in no order, and maybe
 * twice at once, so it must be safe to repeat; when it throws, it is called again later.
 */
export type Handler<Event extends UserEvent = UserEvent> = (
  ports: HandlerPorts,
  event: Event,
  delivery: Delivery,
) => Promise<void>;

export interface Subscriber {
  /** Names its queue; a queue outlives releases, so the name never changes. */
  readonly name: string;
  /** Its handlers are given what is sealed with the events; nobody else's jobs hold it. */
  readonly readsPayload?: boolean;
  /** How many events one worker handles at once. */
  readonly atOnce: number;
  /**
   * The next event waits for the one before, but no longer than this: so a worker that is killed
   * repeats one quick effect at the most, and a slow one holds up nobody. Not at all, if not given.
   */
  readonly staggerMs?: number;
  /** A handler that takes longer has failed. */
  readonly handleWithinMs: number;
  /** A handler for each kind of event, or `undefined` where there is nothing to do. */
  readonly on: {
    readonly [Type in UserEvent["type"]]: Handler<Extract<UserEvent, { type: Type }>> | undefined;
  };
}

/** The subscriber's handler for this event. */
export const handlerFor = ({ on }: Subscriber, { type }: UserEvent): Handler | undefined =>
  // The table ties each handler to its own type, which the compiler cannot follow through a variable.
  on[type] as Handler | undefined;
