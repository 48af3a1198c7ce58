import type { EventId } from "@postern/domain";

/** A mail to one person. */
export interface Message {
  /** Without angle brackets. The same event always gives the same one, so a repeat can be told. */
  readonly messageId: string;
  /** One address, as it is stored with the user; never parsed into several. */
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

interface Addressed {
  readonly eventId: EventId;
  readonly to: string;
}

const messageIdOf = (eventId: EventId) => `${eventId}@postern`;

/** What somebody needs who has forgotten the password. */
export const resetMessage = ({ eventId, to, token }: Addressed & { token: string }): Message => ({
  messageId: messageIdOf(eventId),
  to,
  subject: "Reset your password",
  text: `Somebody, we hope you, asked to reset the password of ${to}.

Your reset token: ${token}

It works once and not for long. If you did not ask for it, there is nothing you need to do.
`,
});

/** A notice, in case it was not its owner who changed the password. */
export const passwordChangedMessage = ({ eventId, to }: Addressed): Message => ({
  messageId: messageIdOf(eventId),
  to,
  subject: "Your password was changed",
  text: `The password of ${to} was changed, and every session was ended.

If that was not you, reset your password now.
`,
});
