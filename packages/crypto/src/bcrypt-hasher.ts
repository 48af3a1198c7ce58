import type { PasswordHash, PasswordHasher } from "@postern/domain";
import type { HashGate } from "./hash-gate.ts";

/** bcrypt ignores everything after this length (Provos and Mazières 1999, section 5). */
export const MAX_BYTES = 72;
const MIN_COST = 4;
/**
 * A stored hash may cost this much more than a new one. A dearer one would block a CPU for long: it
 * counts as malformed, and its owner needs a reset.
 */
const MAX_STEPS_DEARER = 2;
const FORM = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/**
 * Salt and digest of a well-formed hash. bcrypt returns early for a malformed one, and the time
 * would tell.
 */
const DUMMY_TAIL = "SXZFGyiRavv4BQmH5nbg5u0zWt2T6eG4qu1CIjb4YdJYFf81WOhiC";

/** The bcrypt function, and the threads that compute it. */
export interface Bcrypt {
  hash(password: string, cost: number): Promise<string>;
  verify(password: string, hash: string): Promise<boolean>;
}

interface HasherOptions {
  readonly cost: number;
  readonly gate: HashGate;
  /**
   * The highest cost of a stored hash. Every comparison takes as long as one of this cost, so that
   * the time does not tell whose hash is dear. Default: `cost`.
   */
  readonly highestStoredCost?: () => number;
  /** `nativeBcrypt` or `hashThreads()` of `@postern/crypto/native`, or another implementation. */
  readonly bcrypt: Bcrypt;
}

/**
 * Hashes passwords with bcrypt, a few at a time through `gate`. `cost` is the base-2 logarithm of
 * the number of rounds (OWASP Password Storage Cheat Sheet: 10 or more).
 */
export function bcryptHasher(options: HasherOptions): PasswordHasher {
  const { cost, gate, bcrypt, highestStoredCost = () => cost } = options;
  const dearest = cost + MAX_STEPS_DEARER;
  return {
    maxBytes: MAX_BYTES,
    admit: gate.admit,
    leave: gate.leave,

    hash(password, share) {
      return gate.run(async () => (await bcrypt.hash(password, cost)) as PasswordHash, share);
    },

    verify(password, hash, share) {
      const made = costOf(hash, dearest);
      const target = Math.min(Math.max(cost, highestStoredCost()), dearest);
      return gate.run(async () => {
        if (!hash || made === undefined) {
          await bcrypt.verify(password, dummyHash(target));
          return false;
        }
        const matches = await bcrypt.verify(password, canonical(hash));
        // 2^c + (2^c + 2^(c+1) + … + 2^(C-1)) = 2^C: verifying a cheaper hash takes as long as the
        // dearest one.
        for (let missing = made; missing < target; missing += 1) {
          await bcrypt.verify(password, dummyHash(missing));
        }
        return matches;
      }, share);
    },

    isOutdated: (hash) => !isMadeAt(cost, hash),
  };
}

/** Returns whether a hash has our own form and this cost. */
export const isMadeAt = (cost: number, hash: PasswordHash): boolean =>
  hash.startsWith(`$2b$${twoDigits(cost)}$`);

/** A hash of this cost that matches no password. Exported for its test. */
export const dummyHash = (cost: number): string => `$2b$${twoDigits(cost)}$${DUMMY_TAIL}`;

/** Returns the cost of a hash, or `undefined` if the hash is malformed or too dear. */
function costOf(hash: PasswordHash | undefined, dearest: number): number | undefined {
  const cost = Number(hash && FORM.exec(hash)?.[1]);
  return cost >= MIN_COST && cost <= dearest ? cost : undefined;
}

/**
 * The salt's last character has four unused bits, the digest's two. Some libraries set them. Our
 * bcrypt would refuse such a hash at once, which locks its owner out and shows in the time.
 */
function canonical(hash: PasswordHash): string {
  const cleared = (at: number, spareBits: number) => {
    const value = ALPHABET.indexOf(hash.charAt(at));
    return ALPHABET.charAt((value >> spareBits) << spareBits);
  };
  return hash.slice(0, 28) + cleared(28, 4) + hash.slice(29, 59) + cleared(59, 2);
}

const twoDigits = (cost: number) => String(cost).padStart(2, "0");
