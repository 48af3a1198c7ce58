import type { Ports } from "../ports.ts";
import { RateLimited } from "../rate-limited.ts";
import type { LimitName } from "../limit-rules.ts";
import type { Place } from "./rate-limiter.ts";

export type LimitPorts = Pick<Ports, "limiter" | "policy" | "tokenFactory">;

/** Returns one attempt of `subject`, which the store sees only as a keyed hash. */
export const placeOf = (
  { policy, tokenFactory }: LimitPorts,
  name: LimitName,
  subject: string,
): Place => ({ name, limit: policy.limits[name], key: tokenFactory.keyedHash(subject) });

/**
 * Takes a place in each budget, or throws `RateLimited` with the longest wait. Then it keeps none.
 */
export async function takeAll({ limiter }: LimitPorts, places: readonly Place[]): Promise<void> {
  const attempts = await Promise.allSettled(places.map((place) => limiter.take(place)));
  const waits = attempts.map((one) => (one.status === "fulfilled" ? (one.value ?? 0) : Infinity));
  if (waits.every((waitMs) => waitMs === 0)) return;
  const taken = places.filter((_, index) => waits[index] === 0);
  await giveBackAll({ limiter }, taken);
  for (const one of attempts) if (one.status === "rejected") throw one.reason;
  throw new RateLimited(Math.max(...waits));
}

export async function giveBackAll(
  { limiter }: Pick<Ports, "limiter">,
  places: readonly Place[],
): Promise<void> {
  await Promise.all(places.map((place) => limiter.giveBack(place)));
}

/** Runs `act` with a place in each budget. If it fails, the attempt does not count. */
export async function withPlaces<Value>(
  ports: LimitPorts,
  places: readonly Place[],
  act: () => Promise<Value>,
): Promise<Value> {
  await takeAll(ports, places);
  try {
    return await act();
  } catch (error) {
    await giveBackAll(ports, places);
    throw error;
  }
}
