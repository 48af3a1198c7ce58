import type { EmailKey } from "../email.ts";
import type { OutgoingEvent } from "../event/event.ts";
import type { Language } from "../language.ts";
import type { EventId, SessionRef, UserId } from "../ids.ts";
import type { User } from "../user/user.ts";

/** A requested change of a user's address that waits to be confirmed. */
export interface EmailChange {
  /** The id of the event that requested it. */
  readonly id: EventId;
  readonly userId: UserId;
  /**
   * The user's epoch at the request. A confirmed change raises it, which ends all other requests.
   */
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

/** Stores requested changes of address, and confirms them. */
export interface EmailChangeStore {
  /**
   * Stores the proposal and appends `events`, if the acting session is valid. Returns whether it
   * did.
   */
  propose(
    actingSession: SessionRef,
    proposal: EmailProposal,
    events: readonly OutgoingEvent[],
  ): Promise<boolean>;
  /** Returns the change, unless it has expired or the user was deleted. */
  find(id: EventId): Promise<EmailChange | undefined>;
  /** Returns the user's requested changes that have not expired, the oldest first. */
  list(userId: UserId): Promise<readonly EmailChange[]>;
  /**
   * Sets the new address as verified and raises the epoch, if the epoch is still the change's, the
   * user is enabled and the acting session is valid. Without `keepsPassword` the password is
   * cleared. If several confirmations for one user or one address run at once, one succeeds.
   * `email_taken`: another user has the address now.
   */
  confirm(
    change: EmailChange & {
      readonly keepsPassword: boolean;
      /** Of the owner, if the password is cleared. */
      readonly language?: Language | undefined;
      readonly actingSession?: SessionRef | undefined;
    },
    events: readonly OutgoingEvent[],
  ): Promise<User | "email_taken" | undefined>;
}
