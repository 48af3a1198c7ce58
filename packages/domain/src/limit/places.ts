import type { Caller } from "../caller.ts";
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

/** Returns one attempt of the caller's network, or nothing if the caller has none. */
export const placesOfNetwork = (ports: LimitPorts, name: LimitName, { network }: Caller): Place[] =>
  network === undefined ? [] : [placeOf(ports, name, network)];

/** Gives back every place that is still taken. A second call does nothing. */
export type GiveBack = () => Promise<void>;

/**
 * Takes a place in each budget, or throws `RateLimited` with the longest wait. Then it keeps none.
 * Returns how to give back what is in `places`, to which the caller may add.
 */
export async function takeAll(
  { limiter }: Pick<Ports, "limiter">,
  places: Place[],
): Promise<GiveBack> {
  const attempts = await Promise.allSettled(places.map((place) => limiter.take(place)));
  const waits = attempts.map((one) => (one.status === "fulfilled" ? (one.value ?? 0) : Infinity));
  const giveBack = async () => {
    await Promise.all(places.splice(0).map((place) => limiter.giveBack(place)));
  };
  if (waits.every((waitMs) => waitMs === 0)) return giveBack;
  places.splice(0, places.length, ...places.filter((_, index) => waits[index] === 0));
  await giveBack();
  for (const one of attempts) if (one.status === "rejected") throw one.reason;
  throw new RateLimited(Math.max(...waits));
}

/**
 * Runs `act` with a place in each budget. `act` gives them back if the attempt does not count, and
 * so does an error. Throws `RateLimited`.
 */
export async function withPlaces<Value>(
  ports: Pick<Ports, "limiter">,
  places: Place[],
  act: (giveBack: GiveBack) => Promise<Value>,
): Promise<Value> {
  const giveBack = await takeAll(ports, places);
  try {
    return await act(giveBack);
  } catch (error) {
    await giveBack().catch(() => undefined); // the first error tells more
    throw error;
  }
}
