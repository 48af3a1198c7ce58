import { memoryPorts } from "@postern/domain/memory";
import { describe, expect, it } from "vitest";
import { createApp } from "./app.ts";

const MAIL = {
  to: "bob@example.com",
  subject: 'A "subject" <script>alert(1)</script>',
  text: "</pre><script>alert(2)</script>",
  html: '<!doctype html><p title="x">Hello</p><script>alert(3)</script>',
  recordedAt: new Date(0),
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

    it("uses up no link when it is opened, and loads nothing from elsewhere", async () => {
      for (const method of ["GET", "HEAD"]) {
        const response = await app.request(`http://localhost${path}`, { method });
        expect(response.status).toBe(200);
        expect(response.headers.get("content-type")).toMatch(/^text\/html/);
        expect(response.headers.get("content-security-policy")).toBe(
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
            "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        );
        expect(response.headers.get("referrer-policy")).toBe("no-referrer");
      }
    });

    it("wipes the secret from the address bar, and sends it in a body when the form is sent", async () => {
      const script = await (await app.request(`http://localhost${path}/page.js`)).text();
      const sent: { url: string; method: string; body: string }[] = [];
      const calls: string[] = [];
      let submit: (event: { preventDefault(): void }) => unknown = () => undefined;
      const form = {
        hidden: false,
        querySelectorAll: () => [{ value: "one" }, { value: "two" }],
        addEventListener: (_: string, listen: typeof submit) => (submit = listen),
      };
      const state = { textContent: "" };
      const surroundings = {
        location: {
          hash: "#email=bob%40example.com&token=secret",
          pathname: path,
          assign: (to: string) => calls.push(to),
        },
        history: {
          replaceState: (_: unknown, __: string, to: string) => calls.push(`replaced by ${to}`),
        },
        document: {
          querySelector: (what: string) => (what === "form" ? form : state),
          documentElement: { dataset: { base: "/auth" } },
        },
        fetch: async (url: string, init: { method: string; body: URLSearchParams }) => {
          sent.push({ url, method: init.method, body: init.body.toString() });
          return Response.json({ message: "done", email: "bob@example.com", reset_token: "next" });
        },
      };
      // oxlint-disable-next-line typescript/no-implied-eval
      new Function(...Object.keys(surroundings), script)(...Object.values(surroundings));
      expect(calls).toEqual([`replaced by ${path}`]);
      expect(sent).toEqual([]); // opening it sends nothing
      await submit({ preventDefault: () => undefined });
      await expect.poll(() => state.textContent).toBe("done");
      expect(sent).toMatchObject([{ url: path, method: "PUT" }]);
      expect(sent[0]?.body.includes("secret")).toBe(path !== "/profile/password");
      expect(form.hidden).toBe(true);
      const next = "/auth/reset_password#email=bob%40example.com&token=next";
      expect(calls.slice(1)).toEqual(path === "/email_verification" ? [next] : []);
    });

    it.each([
      ["page.js", /^text\/javascript/],
      ["page.css", /^text\/css/],
    ])("has its %s beside it", async (name, type) => {
      const page = await (await app.request(`http://localhost${path}`)).text();
      expect(page).toContain(`"${path}/${name}"`);
      const response = await app.request(`http://localhost${path}/${name}`);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toMatch(type);
    });
  },
);
