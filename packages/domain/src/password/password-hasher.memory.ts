import type { PasswordHash, PasswordHasher } from "./password-hasher.ts";

/** Keeps the password as it is, for tests: the opposite of hashing, in the same form. */
export function memoryPasswordHasher({ cost = 1 }: { cost?: number } = {}): PasswordHasher {
  return {
    maxBytes: 72,
    admit: () => undefined,
    async hash(password) {
      return `plain$${cost}$${password}` as PasswordHash;
    },
    async verify(password, hash) {
      return hash?.replace(/^plain\$\d+\$/, "") === password;
    },
    isOutdated: (hash) => !hash.startsWith(`plain$${cost}$`),
  };
}
