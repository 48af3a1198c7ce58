/**
 * Encrypts what is kept for a while and then read by us alone. Authenticated: text that was changed,
 * or moved to another context, does not open.
 */
export interface Seal {
  /** `context` says what the text belongs to, such as an event's id; it opens there and nowhere else. */
  seal(context: string, text: string): string;
  /** The text, and the key it was sealed with. Throws when it does not open or its key is gone. */
  open(context: string, sealed: string): Opened;
  /** Was it sealed with the key that seals now? */
  isCurrent(sealed: string): boolean;
}

export interface Opened {
  readonly text: string;
  readonly keyId: string;
}
