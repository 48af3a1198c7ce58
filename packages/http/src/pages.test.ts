import { memoryPorts } from "@postern/domain/memory";
import { describe, expect, it } from "vitest";
import { createApp } from "./app.ts";

const MAIL = {
  to: "bob@example.com",
  subject: 'A "subject" <script>alert(1)</script>',
  text: "</pre><script>alert(2)</script>",
  html: '<!doctype html><p title="x">Hello</p><script>alert(3)</script>',
  keptAt: new Date(0),
};
const mailbox = { list: () => [MAIL] };

describe("the mail page", () => {
  it("shows what would have been sent, each mail in a frame that may only be clicked away", async () => {
    const app = createApp({ ports: memoryPorts(), mailbox, isLocalCaller: () => true });
    const response = await app.request("http://localhost/mail");
    expect(response.status).toBe(200);
    const page = await response.text();
    expect(page).toContain("to bob@example.com");
    expect(page).toContain("&lt;p title=&quot;x&quot;&gt;Hello&lt;/p&gt;");
    expect(page).toMatch(/<iframe\s+sandbox="allow-top-navigation-by-user-activation"/);
    expect(page).not.toContain("<script>");
    expect(response.headers.get("content-security-policy")).toMatch(
      /^default-src 'none'; style-src/,
    );
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  it("is not there for callers from elsewhere, nor where mail is sent", async () => {
    const elsewhere = createApp({ ports: memoryPorts(), mailbox, isLocalCaller: () => false });
    const sending = createApp({ ports: memoryPorts(), isLocalCaller: () => true });
    const nobodyAsked = createApp({ ports: memoryPorts(), mailbox });
    for (const app of [elsewhere, sending, nobodyAsked]) {
      const response = await app.request("http://localhost/mail");
      expect(response.status).toBe(404);
      expect(await response.text()).not.toContain("bob@");
    }
  });
});

describe.each(["/reset_password", "/email_verification", "/profile/password"])(
  "the page %s",
  (path) => {
    const app = createApp({ ports: memoryPorts() });

    it("uses nothing up by being looked at, and loads nothing from elsewhere", async () => {
      for (const method of ["GET", "HEAD"]) {
        const response = await app.request(`http://localhost${path}`, { method });
        expect(response.status).toBe(200);
        expect(response.headers.get("content-type")).toMatch(/^text\/html/);
        expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none'/);
        expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      }
    });

    it.each([
      ["page.js", /^text\/javascript/],
      ["page.css", /^text\/css/],
    ])("has its %s beside it", async (name, type) => {
      const page = await (await app.request(`http://localhost${path}`)).text();
      expect(page).toContain(`"${path.split("/").at(-1)}/${name}"`);
      const response = await app.request(`http://localhost${path}/${name}`);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toMatch(type);
    });
  },
);
