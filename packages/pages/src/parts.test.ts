import { describe, expect, it } from "vitest";
import { type PageLanguage, LANGUAGES, languageOf } from "./languages.ts";
import { linkCookie, parseLink, readLink } from "./link-cookie.ts";
import { safeReturn } from "./return-to.ts";
import { brandStyle } from "./stylesheet.ts";
import { en, type Texts } from "./texts/en.ts";

const COOKIE = { name: "__Host-session_id", secure: true };
const ORIGIN = "https://www.example.com";

describe("the texts of a language", () => {
  const placeholders = (text: string) =>
    Array.from(text.matchAll(/\{\w+\}/g), ([one]) => one).toSorted();

  it.each(Object.entries(LANGUAGES))("of %s have the values of the English ones", (_, texts) => {
    for (const [key, text] of Object.entries(en)) {
      const translated = texts[key as keyof Texts];
      expect(placeholders(translated)).toEqual(placeholders(text));
      expect(translated.trim()).toBe(translated);
      expect(translated).not.toBe("");
    }
  });
});

describe("the language", () => {
  it.each<[string | undefined, string | null, PageLanguage]>([
    [undefined, null, "en"],
    [undefined, "", "en"],
    [undefined, "de-AT,en;q=0.5", "de"],
    [undefined, "it, fr;q=0.8, es;q=0.9", "es"],
    [undefined, "fr;q=0, es;q=0.1", "es"],
    [undefined, "*", "en"],
    [undefined, "xx;q=nonsense, ar", "ar"],
    [undefined, "constructor, __proto__, fr", "fr"],
    ["fr", "de", "fr"],
    ["constructor", "de", "de"],
  ])("chosen %s, accepted %s: %s", (chosen, accepted, expected) => {
    expect(languageOf(chosen, accepted)).toBe(expected);
  });
});

describe("return_to", () => {
  it.each([
    ["/account?x=1#y", "/account?x=1#y"],
    [`${ORIGIN}/account`, "/account"],
    ["account", "/account"],
    ["https://app.example.com/a", "https://app.example.com/a"],
  ])("%s leads to %s", (given, expected) => {
    expect(safeReturn(given, ORIGIN, ["https://app.example.com"])).toBe(expected);
  });

  it.each([
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https://www.example.com.evil.example",
    "https://www.example.com@evil.example",
    "https://eve@www.example.com/",
    "http://www.example.com/",
    "javascript:alert(1)",
    "data:text/html,x",
    "/\t/evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/.\\\\evil.example",
    `${ORIGIN}//evil.example`,
    "https:evil.example",
    "",
  ])("%s leads nowhere else", (given) => {
    const target = safeReturn(given, ORIGIN, ["https://app.example.com"]);
    expect(target === undefined || /^\/(?![/\\])/.test(target)).toBe(true);
  });
});

describe("the link of a mail", () => {
  const token = "lLeFAS75rkK9ksjbkxyC7dO2GRgzB5V3TgvsHWnWXTI";

  it.each([
    `https://id.example.com/reset_password#email=o'b%2B1%40example.com&token=${token}`,
    `#email=o'b%2B1%40example.com&token=${token}`,
    `  email=o'b%2B1%40example.com&token=${token}\n`,
  ])("is found in %s", (pasted) => {
    expect(parseLink(pasted)).toEqual({ email: "o'b+1@example.com", token });
  });

  it.each([token, `${token} `])("is found in a code alone", (pasted) => {
    expect(parseLink(pasted)).toEqual({ email: "", token });
  });

  it.each(["", "x", "<script>", "a; Path=/", "%", "token="])("is not found in %s", (pasted) => {
    expect(parseLink(pasted)).toBeUndefined();
  });

  it.each(["Call us at 0900 now", "a@b c", `${"x".repeat(300)}@example.com`])(
    "shows no text of a stranger: %s",
    (email) => {
      const fields = new URLSearchParams({ email, token });
      expect(parseLink(`#${fields.toString()}`)).toEqual({ email: "", token });
    },
  );

  const visitWith = (cookie: string) => ({
    request: new Request(ORIGIN, { headers: { cookie } }),
    options: { policy: { cookie: COOKIE } } as never,
  });

  it("survives in its cookie, which no script can read", () => {
    const link = { email: "o'b+1;,=@example.com", token };
    const cookie = linkCookie(link, "/auth/reset_password", COOKIE);
    const [pair = "", ...attributes] = cookie.split("; ");
    expect(attributes).toEqual([
      "Path=/auth/reset_password",
      "HttpOnly",
      "SameSite=Strict",
      "Secure",
      "Max-Age=900",
    ]);
    expect(readLink(visitWith(pair))).toEqual(link);
    expect(readLink(visitWith("__Secure-postern_link=%"))).toBeUndefined();
  });
});

describe("a brand's colour", () => {
  const luminance = (color: string) =>
    [0.2126, 0.7152, 0.0722].reduce((sum, weight, index) => {
      const share = Number.parseInt(color.slice(1 + 2 * index, 3 + 2 * index), 16) / 255;
      return sum + weight * (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
    }, 0);

  it("has text on it that can be read, whatever it is", () => {
    for (let n = 0; n < 4_096; n += 1) {
      const color = `#${[n >> 8, (n >> 4) & 15, n & 15].map((one) => one.toString(16).repeat(2)).join("")}`;
      const [, on = ""] = /--on-accent: (#\w+)/.exec(brandStyle({ color })) ?? [];
      const [light, dark] = [luminance(color), luminance(on)].toSorted((a, b) => b - a);
      expect(((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(["red", "#fff", "#12345g", "#123456;}", ""])("is refused if it is %s", (color) => {
    expect(() => brandStyle({ color })).toThrow("is not a colour");
  });
});
