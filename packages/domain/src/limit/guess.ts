import type { Caller } from "../caller.ts";
import type { EmailKey } from "../email.ts";
import type { HashingShare } from "../password/password-hasher.ts";
import type { Ports } from "../ports.ts";
import type { Credentials } from "../user/user-store.ts";
import { accountOf, isStillKnown, type KnownDevice, knownDeviceOf } from "./known-devices.ts";
import { type GiveBack, placeOf, placesOfNetwork, takeAll } from "./places.ts";
import type { Place } from "./rate-limiter.ts";

type GuessPorts = Pick<
  Ports,
  "clock" | "failures" | "hasher" | "limiter" | "policy" | "seal" | "tokenFactory"
>;

/** A guess that the caller's own budgets allow. */
export interface Admission {
  readonly caller: Caller;
  /** The keyed hash of the address. `undefined`: it is not an address. */
  readonly account: string | undefined;
  readonly device: KnownDevice | undefined;
  /** The places that this guess has taken so far. */
  readonly taken: Place[];
  readonly share: HashingShare;
  /** Gives back the places in `taken` and in the hashing queue: the guess does not count. */
  readonly giveBack: GiveBack;
}

/** A guess that is counted, before the password is compared. */
export interface Guess {
  /**
   * If false, the account has no place left: call `verify` without a hash, which never matches.
   * The work and the answer are those of a wrong password.
   */
  readonly isEvaluated: boolean;
  readonly share: HashingShare;
  /** Gives back the places and resets the count of failures, because the guess was right. */
  succeed(): Promise<void>;
  /** Takes the guess off the count of failures, because no password was compared. */
  release?: () => Promise<void>;
}

/**
 * Asks whether there is capacity for a hash, and takes a place in the caller's own budgets, before
 * anything is looked up. A device that has logged in with this address has a budget of its own, so
 * that nobody else can use it up. Throws `RateLimited`.
 */
export async function admitGuess(
  ports: GuessPorts,
  key: EmailKey | undefined,
  caller: Caller,
): Promise<Admission> {
  const account = key && accountOf(ports, key);
  const device = account === undefined ? undefined : knownDeviceOf(ports, caller, account);
  const share = { network: caller.network, isKnownDevice: device !== undefined };
  ports.hasher.admit(share);
  const taken = device
    ? [placeOf(ports, "logInDevice", device.id)]
    : placesOfUnknown(ports, caller, account);
  const leave = () => ports.hasher.leave(share);
  const giveBackPlaces = await takeAll(ports, taken).catch((error: unknown) => {
    leave();
    throw error;
  });
  const giveBack = async () => {
    leave();
    await giveBackPlaces();
  };
  return { caller, account, device, taken, share, giveBack };
}

/** Returns the places of a guess from an unknown device. */
function placesOfUnknown(ports: GuessPorts, caller: Caller, account: string | undefined) {
  const places = placesOfNetwork(ports, "logInNetwork", caller);
  const { network } = caller;
  if (network !== undefined && account !== undefined)
    places.push(placeOf(ports, "logInPair", `${network} ${account}`));
  return places;
}

/** Each user has few of these counters, however often a browser without the cookie logs in. */
const counterOf = ({ tokenFactory }: GuessPorts, { id, userId }: KnownDevice) =>
  tokenFactory.keyedHash(`device ${userId} ${id.slice(0, 1)}`);

/**
 * Counts the guess for the account, before the password is compared: of any number of guesses at
 * once, as many are compared as places are left. An unknown address is counted in the same way.
 */
export async function reserveGuess(
  ports: GuessPorts,
  admission: Admission,
  credentials: Credentials | undefined,
): Promise<Guess> {
  const { caller, account, taken, giveBack } = admission;
  let { device, share } = admission;
  if (device && !isStillKnown(ports, device, credentials)) {
    // The stored hash is another one, or the user is: the device is unknown again.
    await giveBack();
    device = undefined;
    const places = placesOfUnknown(ports, caller, account);
    await takeAll(ports, places);
    taken.push(...places);
    share = { ...share, isKnownDevice: false };
  }
  if (account === undefined) return { isEvaluated: false, share, succeed: giveBack };
  const silent = device ? undefined : placeOf(ports, "logInAccount", account);
  const isFree = !silent || (await ports.limiter.take(silent)) === undefined;
  if (silent && isFree) taken.push(silent);
  const counter = device ? counterOf(ports, device) : account;
  // Calls `reserve` even if no place is left, so that the work is the same.
  const cap = isFree ? ports.policy.limits.failures : 0;
  const isEvaluated = await ports.failures.reserve(counter, cap, credentials?.user.id);
  return {
    isEvaluated,
    share,
    async succeed() {
      await Promise.all([giveBack(), ports.failures.reset(counter)]);
    },
    ...(isEvaluated && { release: () => ports.failures.release(counter) }),
  };
}
