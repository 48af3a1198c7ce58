import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseLanguage } from "./language.ts";

describe("parseLanguage", () => {
  it.each([
    ["de", "de"],
    ["DE-at", "de-AT"],
    ["zh-hant-tw", "zh-Hant-TW"],
    ["iw", "he"], // the old code of Hebrew
  ])("%s is %s", (tag, canonical) => {
    expect(parseLanguage(tag)).toBe(canonical);
  });

  it.each([
    ["empty", ""],
    ["a wildcard", "*"],
    ["a name", "german language"],
    ["an underscore", "de_AT"],
    ["markup", "<b>"],
    ["two tags", "de,en"],
    ["a line break", "de\r\nX-A: b"],
    ["too long", `de-${"x-".repeat(30)}a`],
  ])("refuses %s", (_, tag) => {
    expect(parseLanguage(tag)).toBeUndefined();
  });

  it("drops extensions and private use, which may hold any text", () => {
    expect(parseLanguage("de-u-co-phonebk-x-free-text")).toBe("de");
    expect(parseLanguage("x-free-text")).toBeUndefined();
  });

  it("is idempotent, and never longer than its limit", () => {
    const part = fc.string({
      unit: fc.constantFrom("a", "b", "d", "e", "x", "0", "1"),
      minLength: 1,
      maxLength: 8,
    });
    const tags = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("-"));
    fc.assert(
      fc.property(tags, (tag) => {
        const language = parseLanguage(tag);
        if (language === undefined) return;
        expect(parseLanguage(language)).toBe(language);
        expect(language.length).toBeLessThanOrEqual(35);
      }),
      { numRuns: 2_000, examples: [["en-u-ca-islamicc-x-aaaaaaaa-aaaaaaa"], ["sr-cyrl"]] },
    );
  });
});
