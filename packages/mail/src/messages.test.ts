import { describe, expect, it } from "vitest";
import { toHtml, toText } from "./email-content.ts";
import { exampleMails } from "./examples.ts";
import { linksTo } from "./messages.ts";
import { MAIL_LANGUAGES, templatesIn } from "./templates-in.ts";

const to = "bob@example.com";
const links = linksTo("https://id.example.com/auth/");
const token = "tok_en-with+signs";
const url = links.reset({ email: "o'b+1@example.com", token });

const EXAMPLES = MAIL_LANGUAGES.flatMap((language) => {
  const mails = templatesIn(language);
  const all = {
    ...exampleMails(mails, links, to),
    reset: mails.reset({ to, token, url, minutes: 15 }),
    newDevice: mails.newDevice({ to, device: "Firefox on <Linux>", at: new Date(0) }),
  };
  return Object.entries(all).map(([name, content]) => [`${language} ${name}`, content] as const);
});

describe.each(EXAMPLES)("the content %s", (name, content) => {
  it("says the same as text and as HTML", () => {
    const brand = { name: "Lamps & Co" };
    const [text, html] = [toText(content, brand), toHtml(content, brand)];
    const said = html.replace(/<[^>]*>/g, " ");
    for (const paragraph of [...content.greeting, ...content.closing]) {
      expect(text).toContain(paragraph);
      expect(said).toContain(paragraph.replaceAll("<", "&lt;").replaceAll(">", "&gt;"));
    }
    for (const value of [content.code?.value, content.action?.url]) {
      expect(text).toContain(value ?? "");
      expect(html).toContain(value?.replaceAll("&", "&amp;").replaceAll("'", "&#39;") ?? "");
    }
    expect(text).toContain(to);
    expect(text).toContain("Lamps & Co");
    expect(said).toContain("Lamps &amp; Co");
  });

  it("tells mail programs its language and direction", () => {
    const [language] = name.split(" ");
    const direction = language === "ar" ? "rtl" : "ltr";
    expect(toHtml(content)).toContain(`<html lang="${language}" dir="${direction}">`);
  });

  it("loads nothing from anywhere, and runs nothing", () => {
    const html = toHtml(content);
    expect(html).not.toMatch(
      /<(?:script|img|link|iframe|object|style|form)|\bsrc=|url\(|\bon\w+=/i,
    );
    expect(html).not.toContain("<Linux>");
  });
});

describe("a device", () => {
  const written = (language: string, device: string) =>
    toText(templatesIn(language).newDevice({ to, device, at: new Date(0) }));

  it.each(MAIL_LANGUAGES.filter((language) => language !== "en"))(
    "is in the words of %s",
    (tag) => {
      expect(written(tag, "Firefox on Linux")).not.toContain(" on ");
      expect(written(tag, "an unknown device")).not.toContain("unknown");
    },
  );

  it("has its names as they are", () => {
    expect(written("de", "Firefox on Linux")).toContain("Firefox unter Linux, 1. Januar 1970");
  });
});

describe("templatesIn", () => {
  it.each([
    ["de-AT", "de"],
    ["AR", "ar"],
    ["nl", "en"],
    ["constructor", "en"],
    [undefined, "en"],
  ])("%s is written in %s", (language, written) => {
    expect(templatesIn(language).passwordChanged({ to }).language).toBe(written);
  });

  it("says something of its own in each language", () => {
    const subjects = MAIL_LANGUAGES.flatMap((language) =>
      Object.values(exampleMails(templatesIn(language), links, to)).map(({ subject }) => subject),
    );
    expect(new Set(subjects).size).toBe(subjects.length);
  });
});

describe("links", () => {
  it("carry the secret in the part that browsers do not send", () => {
    expect(url).toBe(
      "https://id.example.com/auth/reset_password#email=o'b%2B1%40example.com&token=tok_en-with%2Bsigns",
    );
    expect(new URL(url ?? "").search).toBe("");
    const fields = new URLSearchParams(new URL(url ?? "").hash.slice(1));
    expect(Object.fromEntries(fields)).toEqual({ email: "o'b+1@example.com", token });
  });

  it("are none where it is not known where they would lead", () => {
    expect(linksTo(undefined).reset({ email: to, token })).toBeUndefined();
    const content = templatesIn("en").reset({ to, token, url: undefined, minutes: 1 });
    expect(toText(content)).toContain(token);
    expect(toHtml(content)).not.toContain("href");
  });
});
