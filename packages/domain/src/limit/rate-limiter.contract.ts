import { expect, it } from "vitest";
import type { Place, RateLimiter } from "./rate-limiter.ts";

/** A limiter, and how to let time pass. */
export interface LimiterWorld {
  readonly limiter: RateLimiter;
  /** Waits, or moves the clock, until this much time has passed. */
  pass(seconds: number): Promise<void>;
}

let count = 0;

/** A budget that no other test uses. */
export function aPlace(given: Partial<Place> = {}): Place {
  count += 1;
  const key = `key ${count} ${Math.random()}`;
  return { name: "logInPair", limit: { places: 3, windowSeconds: 600 }, key, ...given };
}

/**
 * What every RateLimiter does.
 *
 * @example
 *   describe("limits", () => rateLimiterContract(async () => ({ limiter, pass })));
 */
export function rateLimiterContract(open: () => Promise<LimiterWorld>): void {
  it("has as many places as the limit says, and then tells how long to wait", async () => {
    const { limiter } = await open();
    const place = aPlace();
    const taken = [];
    for (let index = 0; index < 5; index += 1) taken.push(await limiter.take(place));
    expect(taken.slice(0, 3)).toEqual([undefined, undefined, undefined]);
    for (const waitMs of taken.slice(3)) {
      expect(waitMs).toBeGreaterThan(0);
      expect(waitMs).toBeLessThanOrEqual(600_000);
    }
  });

  it("of 200 calls at once lets as many pass as there are places", async () => {
    const { limiter } = await open();
    const place = aPlace({ limit: { places: 10, windowSeconds: 600 } });
    const taken = await Promise.all(Array.from({ length: 200 }, () => limiter.take(place)));
    expect(taken.filter((waitMs) => waitMs === undefined)).toHaveLength(10);
  });

  it("keeps budgets apart by name and by key", async () => {
    const { limiter } = await open();
    const place = aPlace({ limit: { places: 1, windowSeconds: 600 } });
    expect(await limiter.take(place)).toBeUndefined();
    expect(await limiter.take({ ...place, name: "logInNetwork" })).toBeUndefined();
    expect(await limiter.take({ ...place, key: `${place.key} other` })).toBeUndefined();
    expect(await limiter.take(place)).toBeGreaterThan(0);
  });

  it("has a place again that was given back", async () => {
    const { limiter } = await open();
    const place = aPlace({ limit: { places: 1, windowSeconds: 600 } });
    for (let index = 0; index < 5; index += 1) {
      expect(await limiter.take(place)).toBeUndefined();
      await limiter.giveBack(place);
    }
  });

  it("has every place free after it was cleared", async () => {
    const { limiter } = await open();
    const place = aPlace();
    for (let index = 0; index < 9; index += 1) await limiter.take(place);
    await limiter.clear(place);
    const taken = [];
    for (let index = 0; index < 4; index += 1)
      taken.push((await limiter.take(place)) === undefined);
    expect(taken).toEqual([true, true, true, false]);
  });

  it("does not count a call that finds no place", async () => {
    const { limiter } = await open();
    const place = aPlace({ limit: { places: 2, windowSeconds: 600 } });
    const calls = await Promise.all(Array.from({ length: 20 }, () => limiter.take(place)));
    const taken = calls.filter((waitMs) => waitMs === undefined);
    expect(taken).toHaveLength(2);
    for (const _ of taken) await limiter.giveBack(place);
    expect(await limiter.take(place)).toBeUndefined();
  });

  it("starts anew when the window ends, and attempts do not make it longer", async () => {
    const { limiter, pass } = await open();
    const place = aPlace({ limit: { places: 1, windowSeconds: 2 } });
    expect(await limiter.take(place)).toBeUndefined();
    await pass(1);
    expect(await limiter.take(place)).toBeGreaterThan(0);
    await pass(1.2);
    expect(await limiter.take(place)).toBeUndefined();
  });
}
