import type { Limit, LimitName } from "../limit-rules.ts";

/** One attempt, and the budget that it counts against. */
export interface Place {
  readonly name: LimitName;
  readonly limit: Limit;
  /** Whose budget it is: a keyed hash, so that the store holds no address. */
  readonly key: string;
}

/**
 * Counts attempts in windows. Counters expire with their window. May throw `Unavailable`: then the
 * request is refused, because attempts that are not counted could be repeated without bound.
 */
export interface RateLimiter {
  /**
   * Takes a place in a budget, atomically: of any number of calls at once, at most `limit.places`
   * succeed. Returns `undefined`, or the milliseconds until the window ends if none is left. A call
   * that finds no place does not count, or a burst of them would outlast places that are given
   * back.
   */
  take(place: Place): Promise<number | undefined>;
  /** Gives back a place that was taken, because the attempt does not count. */
  giveBack(place: Place): Promise<void>;
  /** Ends the window, so that every place is free. */
  clear(place: Place): Promise<void>;
}
