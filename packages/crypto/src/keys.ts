/** One of an installation's keys: at least 32 random bytes. */
export interface SecretKey {
  readonly id: string;
  readonly key: Uint8Array;
}

/** Returns the key with this id; without `id` the first key, the newest. Throws if none fits. */
export function keyOf<Key extends { readonly id: string }>(
  keys: readonly Key[],
  id = keys[0]?.id,
): Key {
  const found = keys.find((key) => key.id === id);
  if (!found) throw new Error(id ? `SECRETS holds no key "${id}"` : "SECRETS holds no key");
  return found;
}
