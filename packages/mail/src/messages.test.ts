import { describe, expect, it } from "vitest";
import { en } from "./templates/en.ts";
import { toHtml, toText } from "./email-content.ts";
import { linksTo } from "./messages.ts";

const to = "bob@example.com";
const links = linksTo("https://id.example.com/auth/");
const token = "tok_en-with+signs";
const url = links.reset({ email: "o'b+1@example.com", token });

const EXAMPLES = {
  reset: en.reset({ to, token, url, minutes: 15 }),
  verifyAddress: en.verifyAddress({ to, token, url: links.verify({ token }) }),
  passwordChanged: en.passwordChanged({ to }),
  newDevice: en.newDevice({ to, device: "Firefox on <Linux>", at: new Date(0) }),
  addressChanged: en.addressChanged({ to }),
  registrationAttempted: en.registrationAttempted({ to }),
};

describe.each(Object.entries(EXAMPLES))("the content %s", (_, content) => {
  it("says the same as text and as HTML", () => {
    const [text, html] = [toText(content), toHtml(content)];
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
  });

  it("loads nothing from anywhere, and runs nothing", () => {
    const html = toHtml(content);
    expect(html).not.toMatch(
      /<(?:script|img|link|iframe|object|style|form)|\bsrc=|url\(|\bon\w+=/i,
    );
    expect(html).not.toContain("<Linux>");
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
    const content = en.reset({ to, token, url: undefined, minutes: 1 });
    expect(toText(content)).toContain(token);
    expect(toHtml(content)).not.toContain("href");
  });
});
