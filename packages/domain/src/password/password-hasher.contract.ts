import { expect, it } from "vitest";
import { type Password, normalizePassword } from "./password.ts";
import type { PasswordHash, PasswordHasher } from "./password-hasher.ts";

/**
 * What every PasswordHasher does. `open` creates one with small or large parameters.
 *
 * @example
 *   describe("hashing", () => passwordHasherContract((cost) => hasherOf(cost)));
 */
export function passwordHasherContract(open: (cost: "small" | "large") => PasswordHasher): void {
  const small = open("small");
  const prepare = (given: string): Password => {
    const password = normalizePassword(given, small.maxBytes);
    if (!password.ok) throw new Error(password.error);
    return password.value;
  };

  it("verifies the password that was hashed, and no other", async () => {
    const hash = await small.hash(prepare("correct horse"));
    expect(await small.verify(prepare("correct horse"), hash)).toBe(true);
    expect(await small.verify(prepare("correct horsf"), hash)).toBe(false);
    expect(await small.verify(prepare("Correct horse"), hash)).toBe(false);
  });

  it("makes every byte count, up to the last one it takes", async () => {
    const longest = "x".repeat(small.maxBytes);
    const hash = await small.hash(prepare(longest));
    expect(await small.verify(prepare(longest), hash)).toBe(true);
    expect(await small.verify(prepare(`${longest.slice(0, -1)}y`), hash)).toBe(false);
    expect(normalizePassword(`${longest}x`, small.maxBytes)).toEqual({
      ok: false,
      error: "password_too_long",
    });
  });

  it("matches nothing where there is no hash, or a malformed one", async () => {
    for (const hash of [undefined, "", "x", "$2b$", "$2b$99$short", "\0"] as (
      | PasswordHash
      | undefined
    )[]) {
      expect(await small.verify(prepare("any"), hash)).toBe(false);
    }
  });

  it("verifies hashes of other parameters and calls them outdated", async () => {
    const large = open("large");
    const hash = await large.hash(prepare("correct horse"));
    expect(await small.verify(prepare("correct horse"), hash)).toBe(true);
    expect(small.isOutdated(hash)).toBe(true);
    expect(large.isOutdated(hash)).toBe(false);
  });
}
