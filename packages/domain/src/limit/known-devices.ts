import type { Caller } from "../caller.ts";
import type { EmailKey } from "../email.ts";
import type { UserId } from "../ids.ts";
import type { PasswordHash } from "../password/password-hasher.ts";
import type { Ports } from "../ports.ts";
import type { Credentials } from "../user/user-store.ts";

/** A browser that has logged in as a user before (OWASP "Slow down online guessing attacks"). */
export interface KnownDevice {
  /** Random. The device's own budget is counted by it. */
  readonly id: string;
  /** The keyed hash of the address that the user logged in with. */
  readonly account: string;
  readonly userId: UserId;
  /**
   * A hash of the stored hash, and the epoch. A new password changes both, so a reset makes every
   * device unknown. A rehash changes only the one, and ending all sessions only the other.
   */
  readonly generation: string;
  readonly epoch: number;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
}

type SealPorts = Pick<Ports, "clock" | "seal" | "tokenFactory">;

const CONTEXT = "known devices";
/** Several people may share a browser. The oldest is forgotten. */
const MAX_USERS = 5;
export const DEVICE_TTL_MS = 90 * 86_400_000;

/** Returns the device that has logged in with this address before, if the cookie holds one. */
export const knownDeviceOf = (
  ports: SealPorts & Pick<Ports, "policy">,
  { knownDevices }: Caller,
  account: string,
): KnownDevice | undefined =>
  ports.policy.limits.knowsDevices
    ? openDevices(ports, knownDevices).find((device) => device.account === account)
    : undefined;

/** Returns whether the user and the password are still those of the device's last log-in. */
export const isStillKnown = (
  ports: SealPorts,
  { userId, generation, epoch }: KnownDevice,
  credentials: Credentials | undefined,
): boolean =>
  credentials?.passwordHash !== undefined &&
  credentials.user.id === userId &&
  (credentials.user.epoch === epoch ||
    generationOf(ports, credentials.passwordHash) === generation);

/**
 * Returns the value of the cookie by which this browser is known as a device of the user. Opaque:
 * sealed, so that it tells no address and cannot be forged. `undefined`: the policy does not know
 * devices, or the user has no password.
 */
export function rememberDevice(
  ports: SealPorts & Pick<Ports, "policy">,
  { knownDevices }: Caller,
  { user: { id: userId, emailKey, epoch }, passwordHash }: Credentials,
): string | undefined {
  if (!ports.policy.limits.knowsDevices || passwordHash === undefined) return undefined;
  const devices = openDevices(ports, knownDevices);
  const others = devices.filter((device) => device.userId !== userId);
  const before = devices.find((device) => device.userId === userId);
  const device: KnownDevice = {
    id: before?.id ?? ports.tokenFactory.createResetToken().token,
    account: accountOf(ports, emailKey),
    userId,
    generation: generationOf(ports, passwordHash),
    epoch,
    expiresAt: ports.clock.now().getTime() + DEVICE_TTL_MS,
  };
  return ports.seal.seal(CONTEXT, JSON.stringify([device, ...others].slice(0, MAX_USERS)));
}

/** Returns the devices in a cookie that we sealed and that have not expired. Never throws. */
function openDevices(ports: SealPorts, sealed: string | undefined): readonly KnownDevice[] {
  if (sealed === undefined) return [];
  try {
    const devices = JSON.parse(ports.seal.open(CONTEXT, sealed).text) as KnownDevice[];
    const nowMs = ports.clock.now().getTime();
    return devices.filter(({ expiresAt }) => expiresAt > nowMs);
  } catch {
    return []; // forged, or sealed with a key that is gone
  }
}

/** Names the account of an address, in cookies and counters that hold no address. */
export const accountOf = ({ tokenFactory }: Pick<Ports, "tokenFactory">, key: EmailKey): string =>
  tokenFactory.keyedHash(`account ${key}`);

const generationOf = ({ tokenFactory }: SealPorts, hash: PasswordHash) =>
  tokenFactory.hashToken(hash).slice(0, 16);
