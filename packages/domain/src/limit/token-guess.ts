import type { Caller } from "../caller.ts";
import { giveBackAll, type LimitPorts, placeOf, takeAll } from "./places.ts";

/**
 * Runs `act` with a place for one use of a mailed token by this network. `act` gives the place back
 * when it has found the token valid; so does an error, because nothing was learned. Throws
 * `RateLimited`.
 */
export async function withTokenPlace<Value>(
  ports: LimitPorts,
  { network }: Caller,
  act: (giveBack: () => Promise<void>) => Promise<Value>,
): Promise<Value> {
  const places = network === undefined ? [] : [placeOf(ports, "tokenNetwork", network)];
  await takeAll(ports, places);
  const giveBack = () => giveBackAll(ports, places.splice(0));
  try {
    return await act(giveBack);
  } catch (error) {
    await giveBack().catch(() => undefined); // the first error tells more
    throw error;
  }
}
