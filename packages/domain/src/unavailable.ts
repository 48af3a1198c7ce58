/**
 * Something the service leans on cannot answer now: a store is down, or hashing is at capacity.
 * Nothing is known about the request itself, so the caller may try again. Answered as 503.
 */
export class Unavailable extends Error {
  readonly retryAfterSeconds: number;
  /** Nothing is broken: there is more work than the CPUs can do in time. */
  readonly isCapacity: boolean;

  constructor(
    message: string,
    options: { cause?: unknown; retryAfterSeconds?: number; isCapacity?: boolean } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "Unavailable";
    this.retryAfterSeconds = options.retryAfterSeconds ?? 1;
    this.isCapacity = options.isCapacity ?? false;
  }
}
