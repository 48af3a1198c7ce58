import type { Caller } from "../caller.ts";
import { normalizePassword } from "../password/password.ts";
import { withHashing } from "../password/password-hasher.ts";
import type { Ports } from "../ports.ts";
import type { Credentials } from "../user/user-store.ts";
import { placeOf, takeAll } from "./places.ts";

/**
 * Returns whether `given` is the password of this user, whom a session or a mailed link has named.
 * Counts wrong ones apart from log-ins: strangers cannot use up the owner's places. Throws
 * `RateLimited`. Beyond the durable cap every password is wrong, until the password is reset.
 */
export async function isCurrentPassword(
  ports: Pick<Ports, "failures" | "hasher" | "limiter" | "policy" | "tokenFactory">,
  { user, passwordHash }: Credentials,
  given: string,
  { network }: Caller,
): Promise<boolean> {
  const password = normalizePassword(given, ports.hasher.maxBytes);
  if (!password.ok) return false; // before hashing: it cannot be a password
  return await withHashing(ports.hasher, { network }, async (share) => {
    const place = placeOf(ports, "currentPassword", user.id);
    const giveBack = await takeAll(ports, [place]);
    const cap = ports.policy.limits.failures;
    let isEvaluated = false;
    try {
      isEvaluated = await ports.failures.reserve(place.key, cap, user.id);
      const hash = isEvaluated ? passwordHash : undefined;
      const matches = await ports.hasher.verify(password.value, hash, share);
      if (matches) await Promise.all([giveBack(), ports.failures.reset(place.key)]);
      return matches;
    } catch (error) {
      const release = isEvaluated ? [ports.failures.release(place.key)] : [];
      await Promise.allSettled([giveBack(), ...release]); // the first error counts
      throw error;
    }
  });
}
