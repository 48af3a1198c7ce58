import type { OutgoingEvent } from "../event/event.ts";
import type { EventId, UserId } from "../ids.ts";
import type { EmailKey } from "../email.ts";
import type { User } from "../user/user.ts";
import type { Holder } from "../user/user-store.ts";

/** Another address that a user wants to have, until it is verified or too old. */
export interface EmailChange {
  /** Of the event that asked for it. */
  readonly id: EventId;
  readonly userId: UserId;
  /** The user's when it was asked for; it counts only while it lasts, so one change ends all others. */
  readonly epoch: number;
  readonly email: string;
  readonly emailKey: EmailKey;
}

export interface EmailProposal {
  readonly id: EventId;
  readonly email: string;
  readonly emailKey: EmailKey;
  readonly ttlMs: number;
}

/** Changes of address that wait to be verified, and the one step that makes them. */
export interface EmailChangeStore {
  /** Keeps the proposal and `events`, if the holder's session still counts; tells whether it did. */
  propose(
    holder: Holder,
    proposal: EmailProposal,
    events: readonly OutgoingEvent[],
  ): Promise<boolean>;
  /** `undefined` also when it is too old, or the user is gone. */
  find(id: EventId): Promise<EmailChange | undefined>;
  /** Those that wait, oldest first. */
  list(userId: UserId): Promise<readonly EmailChange[]>;
  /**
   * Gives the user the new address, verified, and raises the epoch, if it is still the change's and
   * the user is enabled. `keepsPassword`: if not, the password is void. Of many at once, of one user or for one address, one wins. `email_taken`:
   * another user has the address by now.
   */
  confirm(
    change: EmailChange & {
      readonly keepsPassword: boolean;
      readonly session?: Holder | undefined;
    },
    events: readonly OutgoingEvent[],
  ): Promise<User | "email_taken" | undefined>;
}
