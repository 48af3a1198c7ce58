/**
 * The caller has used up a budget of its own. Answered as 429 (RFC 6585 section 4). Says nothing
 * about any account.
 */
export class RateLimited extends Error {
  readonly retryAfterSeconds: number;

  constructor(retryAfterMs: number) {
    super("too many attempts");
    this.name = "RateLimited";
    this.retryAfterSeconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  }
}
