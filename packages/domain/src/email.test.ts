import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseEmail } from "./email.ts";

const label = "a".repeat(63);

describe("the canonical form of an address", () => {
  it.each([
    ["bob@example.com", "bob@example.com"],
    ["Bob@Example.COM", "bob@example.com"],
    ["BOB@EXAMPLE.COM", "bob@example.com"],
    ["bob+tag@example.com", "bob+tag@example.com"],
    ["bob.b@example.com", "bob.b@example.com"],
    ["bob@sub.example.com", "bob@sub.example.com"],
    ["bob@xn--bcher-kva.example", "bob@xn--bcher-kva.example"],
    ["Bob@B\u00DCcher.example", "bob@xn--bcher-kva.example"],
    ["bob@1.com", "bob@1.com"],
    ["o'neil@example.ie", "o'neil@example.ie"],
    ["#$&'*+-/?=^_`{|}~@example.com", "#$&'*+-/?=^_`{|}~@example.com"],
    [" bob@example.com", "bob@example.com"],
    ["bob@example.com ", "bob@example.com"],
    ["\t bob@example.com \t", "bob@example.com"],
    ["\u00A0bob@example.com\u3000", "bob@example.com"],
    [" Bob@B\u00DCcher.example ", "bob@xn--bcher-kva.example"],
    [`${" ".repeat(500)}bob@example.com`, "bob@example.com"],
    ["b@b.co", "b@b.co"],
    [`${"b".repeat(64)}@example.com`, `${"b".repeat(64)}@example.com`],
    [`bob@${label}.com`, `bob@${label}.com`],
    ["__proto__@example.com", "__proto__@example.com"],
  ])("of %s is %s", (given, key) => {
    expect(parseEmail(given)?.key).toBe(key);
  });

  it.each([
    ["nothing", ""],
    ["no @", "bob.example.com"],
    ["two @", "bob@eve@example.com"],
    ["@ at the start", "@example.com"],
    ["@ at the end", "bob@"],
    ["only @", "@"],
    ["one label", "bob@localhost"],
    ["an IPv4 address", "bob@127.0.0.1"],
    ["an address literal", "bob@[127.0.0.1]"],
    ["a numeric top level", "bob@example.123"],
    ["an empty label", "bob@example..com"],
    ["a leading dot in the domain", "bob@.example.com"],
    ["a trailing dot in the domain", "bob@example.com."],
    ["a leading hyphen", "bob@-example.com"],
    ["a trailing hyphen", "bob@example-.com"],
    ["an underscore in the domain", "bob@exa_mple.com"],
    ["a label of 64", `bob@${label}a.com`],
    ["a local part of 65", `${"b".repeat(65)}@example.com`],
    ["255 characters", `bob@${`${label}.`.repeat(3)}${"a".repeat(57)}.c`],
    ["a leading dot", ".bob@example.com"],
    ["a trailing dot", "bob.@example.com"],
    ["two dots", "bob..b@example.com"],
    ["a quoted string", '"bob"@example.com'],
    ["a comment", "bob(comment)@example.com"],
    ["a source route", "bob%example.org@example.com"],
    ["a bang path", "relay!bob@example.com"],
    ["an encoded word", "=?utf-8?q?bob=40example.com=2ceve?=@example.com"],
    ["the start of an encoded word", "=?iso-8859-1?b?ZXZl?=@example.com"],
    ["a space before the @", "bob @example.com"],
    ["a space after the @", "bob@ example.com"],
    ["a no-break space within", "bo\u00A0b@example.com"],
    ["two addresses with a space", "bob@example.com eve@example.com"],
    ["a line feed in front", "\nbob@example.com"],
    ["a line separator", "bob@example.com\u2028"],
    ["only spaces", "   "],
    ["a space within", "bo b@example.com"],
    ["a tab", "bob\t@example.com"],
    ["a line feed", "bob@example.com\n"],
    ["a header", "bob@example.com\r\nBcc: eve@example.com"],
    ["a NUL", "bob@example.com\0"],
    ["DEL", "bob\x7f@example.com"],
    ["a list", "bob@example.com,eve@example.com"],
    ["a list of another kind", "bob@example.com;eve@example.com"],
    ["a display name", "Bob <bob@example.com>"],
    ["angle brackets", "<bob@example.com>"],
    ["a backslash", "bob\\@example.com"],
    ["a colon", "mailto:bob@example.com"],
    ["a slash in the domain", "bob@example.com/x"],
    ["a port", "bob@example.com:25"],
    ["a full-width @", "bob\uFF20example.com"],
    ["a small @", "bob\uFE6Bexample.com"],
    ["a full-width letter", "\uFF42ob@example.com"],
    ["a dotless i", "m\u0131ke@example.com"],
    ["a dotted capital I", "m\u0130ke@example.com"],
    ["the Kelvin sign", "\u212Aelly@example.com"],
    ["the Kelvin sign in the domain", "bob@\u212Aelly.com"],
    ["a long s", "\u017Fam@example.com"],
    ["a sharp s", "stra\u00DFe@example.com"],
    ["a Cyrillic a", "b\u0430b@example.com"],
    ["a combining accent", "bo\u0301b@example.com"],
    ["a zero-width space", "bob\u200B@example.com"],
    ["a right-to-left mark", "bob\u200F@example.com"],
    ["a lone surrogate", "bob\uD800@example.com"],
    ["an ideographic full stop", "bob@example\u3002com"],
  ])("does not exist for %s", (_, given) => {
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
