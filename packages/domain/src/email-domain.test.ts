import { describe, expect, it } from "vitest";
import { parseEmail } from "./email.ts";
import { toAsciiDomain } from "./email-domain.ts";

describe("international domains", () => {
  it.each([
    ["bob@bücher.example", "bob@xn--bcher-kva.example"],
    ["bob@BÜCHER.example", "bob@xn--bcher-kva.example"],
    ["bob@faß.example", "bob@xn--fa-hia.example"],
    ["bob@привет.example", "bob@xn--b1agh1afp.example"],
    ["bob@例え.jp", "bob@xn--r8jz45g.jp"],
    ["bob@example.com", "bob@example.com"],
    ["Bob@Example.COM", "Bob@Example.COM"],
    ["no address", "no address"],
  ])("%s becomes %s", (given, expected) => {
    expect(toAsciiDomain(given)).toBe(expected);
    expect(toAsciiDomain(toAsciiDomain(given))).toBe(expected);
  });

  it.each([
    "bob＠example.com",
    "bob@ｅxample.com",
    "bob@\u212Aelvin.example", // the Kelvin sign
    "bob@e\u017Fample.example", // the long s
    "bob@exam\uFB01le.com", // the ligature fi
    "bob@１２７.０.０.１",
    "bob@example。com", // the ideographic full stop
    "bob@ex\u00ADample.com", // the soft hyphen, which UTS 46 drops
    "bob@ex\u200Bample.com", // the zero-width space
    "bob@b\u00FC\u00ADcher.example", // beside a letter that is not ASCII
    "bob@b\u00FC\u200Bcher.example",
    "bob@example.\u0440\u0444:80",
    "bob@example.\u0440\u0444?a=b",
    "bob@example.\u0440\u0444#x",
    "bob@example.\u0440\u0444\\x",
    "bob@example.\u0440\n\u0444",
    "bob@example.%D1%80\u0444",
    "eve:x@bob@example.\u0440\u0444",
    "bob@\u043F\u0440\u0438\u1C80\u0435\u0442.example", // a variant of a Cyrillic letter
    "bob@\u1FB3\u03BE.example", // an iota subscript
    "bob@exämple.com/evil",
    "bob@exämple.com:80",
    "bób@example.com",
    "bob@eve@exämple.com",
  ])("%s reaches no other account", (given) => {
    expect(parseEmail(given)).toBeUndefined();
  });
});
