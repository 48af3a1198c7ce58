import { describe, expect, it, vi } from "vitest";
import { coursePolicy, strictPolicy } from "../policy.ts";
import type { EmailKey } from "../email.ts";
import { COMMON_PASSWORDS } from "./common-passwords.ts";
import { checkPasswordPolicy, normalizePassword } from "./password.ts";

const MAX_BYTES = 72;
const prepare = (given: string) => normalizePassword(given, MAX_BYTES);
const value = (given: string) => {
  const password = prepare(given);
  if (!password.ok) throw new Error(password.error);
  return password.value;
};

describe("preparing a password", () => {
  it.each([
    ["72 bytes", "x".repeat(72), true],
    ["73 bytes", "x".repeat(73), false],
    ["36 characters of two bytes", "é".repeat(36), true],
    ["37 characters of two bytes", "é".repeat(37), false],
    ["24 characters of three bytes", "例".repeat(24), true],
    ["25 characters of three bytes", "例".repeat(25), false],
    ["18 characters of four bytes", "😀".repeat(18), true],
    ["19 characters of four bytes", "😀".repeat(19), false],
  ])("counts %s in UTF-8", (_, given, fits) => {
    expect(prepare(given)).toEqual(
      fits ? { ok: true, value: given } : { ok: false, error: "password_too_long" },
    );
  });

  it.each([
    ["NUL, where bcrypt stops", "secret\0more"],
    ["a lone high surrogate", "secret\uD83D"],
    ["a lone low surrogate", "secret\uDE00"],
  ])("refuses %s", (_, given) => {
    expect(prepare(given)).toEqual({ ok: false, error: "password_malformed" });
  });

  it("makes one password of the forms in which keyboards may send it", () => {
    expect(value("Ame\u0301lie")).toBe(value("Am\u00E9lie"));
    expect(value("\uFF50\uFF41\uFF53\uFF53")).toBe("pass");
    expect(value("\uFB01ne")).toBe("fine");
  });

  it("does not normalise a text that would be too long even after normalising", () => {
    const normalize = vi.spyOn(String.prototype, "normalize");
    expect(prepare("a\u0301".repeat(8000))).toEqual({ ok: false, error: "password_too_long" });
    expect(normalize).not.toHaveBeenCalled();
    normalize.mockRestore();
  });

  it("measures after normalising, as that is what is hashed", () => {
    expect(prepare("\uFDFA".repeat(3)).ok).toBe(false); // 9 bytes, of which NFKC makes 99
  });
});

describe("rules for a new password", () => {
  const emailKey = "bob.builder@example.com" as EmailKey;
  const rules = { ...strictPolicy.password, contextWords: ["acme", "acmecorp"] };
  const refuse = (given: string) => checkPasswordPolicy(value(given), rules, emailKey);

  it.each([
    ["1234567", "password_too_short"],
    ["12345678", "password_common"],
    ["Passw0rd", "password_common"],
    ["PASSWORD 12345678", undefined],
    ["Acme2026!", "password_too_easy"],
    ["acme-acme-acme", "password_too_easy"],
    ["acmecorp2026!", "password_too_easy"],
    ["acme and a tortoise", undefined],
    ["builder1", undefined],
    ["example2026", "password_too_easy"],
    ["correct horse", undefined],
    ["例例例例例例例", "password_too_short"],
    ["例例例例例例例例", undefined],
    ["😀😀😀😀😀😀😀", "password_too_short"],
    ["😀😀😀😀😀😀😀😀", undefined],
    ["        ", undefined],
    ["bob.builder@example.com", "password_too_easy"],
    ["Bob.Builder@Example.com", "password_too_easy"],
    ["bob.builder", "password_too_easy"],
    ["bob.builder1", "password_too_easy"],
    ["bob.builder and 7 sheep", undefined],
  ])("%o: %o", (given, refusal) => {
    expect(refuse(given)).toBe(refusal);
  });

  it("knows more than 10,000 common passwords that are long enough, and refuses each", () => {
    const common = COMMON_PASSWORDS.trim().split(" ");
    expect(common.length).toBeGreaterThanOrEqual(10_000);
    expect(new Set(common).size).toBe(common.length);
    const strict = strictPolicy.password;
    expect(common.filter((one) => one.length < strict.minCodePoints)).toEqual([]);
    const key = "x@y.example" as EmailKey;
    const passed = common.filter(
      (one) => checkPasswordPolicy(value(one), strict, key) === undefined,
    );
    expect(passed).toEqual([]);
  });

  it("refuses only the empty password under the course policy", () => {
    const course = coursePolicy.password;
    expect(checkPasswordPolicy(value(""), course, emailKey)).toBe("password_too_short");
    expect(checkPasswordPolicy(value("b"), course, emailKey)).toBeUndefined();
    expect(checkPasswordPolicy(value("bob.builder"), course, emailKey)).toBeUndefined();
  });
});
