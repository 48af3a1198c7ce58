/** One of an installation's keys: 32 random bytes or more. */
export interface SecretKey {
  readonly id: string;
  readonly key: Uint8Array;
}

/** The key with this id; without one, the newest. Throws when there is none. */
export function keyOf(keys: readonly SecretKey[], id = keys[0]?.id): SecretKey {
  const found = keys.find((key) => key.id === id);
  if (!found) throw new Error(id ? `SECRETS holds no key "${id}"` : "SECRETS holds no key");
  return found;
}
