import type { PasswordHash, PasswordHasher } from "./password-hasher.ts";

/** Stores the password itself in the form of a hash. For tests only. */
export function memoryPasswordHasher({ cost = 1 }: { cost?: number } = {}): PasswordHasher {
  return {
    maxBytes: 72,
    admit: () => undefined,
    leave: () => undefined,
    async hash(password) {
      return `plain$${cost}$${password}` as PasswordHash;
    },
    async verify(password, hash) {
      return hash?.replace(/^plain\$\d+\$/, "") === password;
    },
    isOutdated: (hash) => !hash.startsWith(`plain$${cost}$`),
  };
}
