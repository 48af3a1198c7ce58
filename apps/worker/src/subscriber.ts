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
export type Handler = (ports: HandlerPorts, event: UserEvent) => Promise<void>;

export interface Subscriber {
  /** Names its queue; a queue outlives releases, so the name never changes. */
  readonly name: string;
  readonly handle: Handler;
}
