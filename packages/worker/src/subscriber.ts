import type { EmailKey, EventPayload, Ports, UserEvent, UserId } from "@postern/domain";
import type { EmailTemplates, Links, MailBrand, Mailer } from "@postern/mail";

/** The ports that handlers may use. */
export type HandlerPorts = Pick<
  Ports,
  | "clock"
  | "devices"
  | "emailChanges"
  | "events"
  | "ids"
  | "sessions"
  | "tokenFactory"
  | "tokens"
  | "users"
> & {
  readonly mailer: Mailer;
  /** Returns the mails in a language. `undefined`: the language is not known. */
  readonly templatesIn: (language: string | undefined) => EmailTemplates;
  /** How mails show who sent them. */
  readonly brand?: MailBrand | undefined;
  readonly links: Links;
  /** Called when a mail was dropped because its link had expired. */
  readonly onMailExpired?: ((cause: UserEvent) => void) | undefined;
  readonly webhooks: {
    /**
     * Queues one delivery to each endpoint that wants events of this type. Repeating it is
     * harmless.
     */
    enqueue(event: UserEvent): Promise<void>;
  };
  /** The outbox, the queues, and the records of deliveries. */
  readonly records: {
    /** Erases the personal data of a deleted user who had this address. */
    erase(userId: UserId, emailKey: EmailKey | undefined): Promise<void>;
  };
};

/** What travels encrypted with an event, for the handlers only. */
export interface Delivery {
  readonly payload: EventPayload;
  /** The key that encrypted it. `undefined`: the installation had no keys then. */
  readonly keyId: string | undefined;
}

/**
 * Handles one event. Called at least once for each event, in no order, and possibly twice at the
 * same time, so it must be safe to repeat. If it throws, it is called again later.
 */
export type Handler<Event extends UserEvent = UserEvent> = (
  ports: HandlerPorts,
  event: Event,
  delivery: Delivery,
) => Promise<void>;

export interface Subscriber {
  /** The name of its queue. A queue outlives releases, so the name never changes. */
  readonly name: string;
  /** Its handlers receive the sealed payload. Jobs of other subscribers do not hold it. */
  readonly readsPayload?: boolean;
  /** How many events one worker handles at once. */
  readonly atOnce: number;
  /**
   * The next event starts when the one before has ended, or has run this long. So a killed worker
   * repeats at most one quick side effect, and a slow one delays nobody. Default: no delay.
   */
  readonly staggerMs?: number;
  /** If it returns false, no job is made for the event. */
  readonly isNeeded?: (event: UserEvent, payload: EventPayload) => boolean;
  /**
   * Jobs of one group wait for each other, and never take all slots: at most `perGroup` run at
   * once.
   */
  readonly groupOf?: (event: UserEvent, payload: EventPayload) => string | undefined;
  readonly perGroup?: number;
  /** A newer event takes the place of a waiting one with the same key. */
  readonly replaces?: (event: UserEvent) => string | undefined;
  /** A handler that takes longer has failed. */
  readonly handleWithinMs: number;
  /** A handler for each event type, or `undefined` if there is nothing to do. */
  readonly on: {
    readonly [Type in UserEvent["type"]]: Handler<Extract<UserEvent, { type: Type }>> | undefined;
  };
}

/** Returns the subscriber's handler for this event. */
export const handlerFor = ({ on }: Subscriber, { type }: UserEvent): Handler | undefined =>
  // The table ties each handler to its type. The compiler cannot follow that through a variable.
  on[type] as Handler | undefined;
