import type { Brand } from "../brand.ts";
import { err, ok, type Result } from "../result.ts";
import type { EmailKey } from "../email.ts";
import { COMMON_PASSWORDS } from "./common-passwords.ts";

/** A password in the form that is hashed: NFKC, well formed, no NUL, within the hasher's bytes. */
export type Password = Brand<string, "Password">;

export type MalformedPassword = "password_malformed" | "password_too_long";
export type PasswordRefusal =
  | MalformedPassword
  | "password_breached"
  | "password_common"
  | "password_too_easy"
  | "password_too_short";

export interface PasswordRules {
  /** In code points, after normalisation (NIST SP 800-63B-4 section 3.1.1.2). */
  readonly minCodePoints: number;
  /**
   * Refuses the user's own address, a part of it, and such a part with a few characters around it.
   */
  readonly refuseEmail: boolean;
  /** Refuses the most common passwords (NIST SP 800-63B-4 section 3.1.1.2). */
  readonly refuseCommon: boolean;
  /**
   * Words that are easy to guess here, such as the service's name. They are refused with a few
   * characters around them.
   */
  readonly contextWords: readonly string[];
}

/** NFKC can compose this many code units into one byte at most, with a margin. */
const MOST_SHRINKING = 4;

/**
 * Normalises a password as NIST SP 800-63B-4 section 3.1.1.2 asks. bcrypt stops at NUL and cuts
 * after 72 bytes, and a lone surrogate would become U+FFFD. Each would accept a wrong password, so
 * each is refused.
 */
export function normalizePassword(
  given: string,
  maxBytes: number,
): Result<Password, MalformedPassword> {
  if (!given.isWellFormed() || given.includes("\0")) return err("password_malformed");
  // Normalising a long text is slow, and this one would not fit afterwards either.
  if (given.length > maxBytes * MOST_SHRINKING) return err("password_too_long");
  const normalized = given.normalize("NFKC");
  return utf8Length(normalized) <= maxBytes ? ok(normalized as Password) : err("password_too_long");
}

/** Returns why the policy refuses the password, or `undefined` if it does not. */
export function checkPasswordPolicy(
  password: Password,
  rules: PasswordRules,
  emailKey: EmailKey,
): PasswordRefusal | undefined {
  if (countCodePoints(password) < rules.minCodePoints) return "password_too_short";
  const plain = password.toLowerCase();
  const [local = "", domain = ""] = emailKey.split("@");
  const ofEmail = rules.refuseEmail ? [emailKey, local, ...domain.split(".")] : [];
  if (rules.refuseCommon && isCommon(plain)) return "password_common";
  const isEasy =
    ofEmail.slice(0, 2).includes(plain) || isMostly(plain, [...rules.contextWords, ...ofEmail]);
  return isEasy ? "password_too_easy" : undefined;
}

const isCommon = (plain: string) => !plain.includes(" ") && COMMON_PASSWORDS.includes(` ${plain} `);

/** Shorter words occur in too many passwords by chance. */
const LEAST_WORD = 4;
/** "acme2026!" is as easy to guess as "acme". */
const MOST_AROUND = 5;

/** Returns whether little of the password is left without these words. */
function isMostly(plain: string, words: readonly string[]): boolean {
  let left = plain;
  // The longest first, because a shorter word may be part of it.
  const longestFirst = words.toSorted((one, other) => other.length - one.length);
  for (const word of longestFirst) if (word.length >= LEAST_WORD) left = left.replaceAll(word, "");
  return left !== plain && countCodePoints(left) <= MOST_AROUND;
}

function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Returns the length in UTF-8 bytes (RFC 3629). The domain has no TextEncoder. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const codePoint = character.codePointAt(0) ?? 0;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
