import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ADDRESSES, NO_ADDRESSES } from "./email.fixture.ts";
import { parseEmail } from "./email.ts";

describe("the canonical form of an address", () => {
  it.each(ADDRESSES)("of %s is %s", (given, key) => {
    expect(parseEmail(given)?.key).toBe(key);
  });

  it.each(NO_ADDRESSES)("does not exist for %s", (_, given) => {
    expect(parseEmail(given)?.key).toBeUndefined();
  });

  it("is its own canonical form", () => {
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: "binary" })), (given) => {
        const key = parseEmail(given)?.key;
        if (key !== undefined) expect(parseEmail(key)?.key).toBe(key);
      }),
    );
  });

  it("is that of an address only if the two differ in nothing but ASCII case", () => {
    const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
    fc.assert(
      fc.property(fc.oneof(fc.emailAddress(), fc.string({ unit: "grapheme" })), (given) => {
        const key = parseEmail(given)?.key;
        if (key !== undefined) expect(key).toBe(lower(given.trim()));
      }),
    );
  });
});
