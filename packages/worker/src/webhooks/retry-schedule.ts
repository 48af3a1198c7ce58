const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** The wait after each failed attempt: ten attempts over three days. */
const SCHEDULE_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

export const MAX_RETRIES = SCHEDULE_MS.length;

/** Deliveries that failed together are not retried together. */
const JITTER = 0.2;

/** An endpoint whose `Retry-After` is longer is retried after this time all the same. */
export const MAX_WAIT_MS = 24 * HOUR_MS;

/**
 * Returns the time of the next attempt, after `earlierAttempts` and the one that has just failed.
 */
export function nextAttemptAt(now: Date, earlierAttempts: number, retryAfterMs = 0): Date {
  const planned = SCHEDULE_MS[earlierAttempts] ?? MAX_WAIT_MS;
  const jittered = planned * (1 + JITTER * (2 * Math.random() - 1));
  const waitMs = Math.min(Math.max(jittered, retryAfterMs), MAX_WAIT_MS * (1 + JITTER));
  return new Date(now.getTime() + waitMs);
}
