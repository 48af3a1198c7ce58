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

  it("is idempotent", () => {
    expect(parseLanguage(parseLanguage("SR-cyrl") ?? "")).toBe("sr-Cyrl");
  });
});
