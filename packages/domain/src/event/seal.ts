/**
 * Encrypts text that is stored for a while and that only this service reads. Authenticated: text
 * that was changed or moved to another context does not open.
 */
export interface Seal {
  /**
   * `context` identifies what the text belongs to, such as an event's id. The text opens in no
   * other context.
   */
  seal(context: string, text: string): string;
  /**
   * Returns the text, and the key that sealed it. Throws if it does not open or its key is unknown.
   */
  open(context: string, sealed: string): Opened;
  /** Returns whether the newest key sealed this text. */
  isCurrent(sealed: string): boolean;
}

export interface Opened {
  readonly text: string;
  readonly keyId: string;
}
