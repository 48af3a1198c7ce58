import type { Caller } from "../caller.ts";
import { giveBackAll, type LimitPorts, placeOf, takeAll } from "./places.ts";

/**
 * Takes a place for one use of a mailed token by this network, before the token is looked up.
 * Returns how to give it back: a valid token does not count. Throws `RateLimited`.
 */
export async function admitToken(
  ports: LimitPorts,
  { network }: Caller,
): Promise<() => Promise<void>> {
  const places = network === undefined ? [] : [placeOf(ports, "tokenNetwork", network)];
  await takeAll(ports, places);
  return () => giveBackAll(ports, places);
}
