import { memoryPorts } from "@postern/domain/memory";
import { describe, expect, it } from "vitest";
import { createPages, LANGUAGES } from "./index.ts";
import { openSite, ORIGIN, PASSWORD } from "./site.fixture.ts";

const STRANGERS = ["/", "/login", "/register", "/forgot-password", "/confirm-again", "/check-mail"];
const OWNERS = ["/account", "/account/email", "/account/password", "/account/sessions"];

describe("every page", () => {
  it.each(Object.keys(LANGUAGES))("in %s has no inline script or style", async (language) => {
    const { get, loggedIn } = openSite();
    const cookie = await loggedIn();
    for (const path of [...STRANGERS, ...OWNERS, "/reset_password", "/email_verification"]) {
      const response = await get(path, { cookie, "accept-language": language });
      if (path === "/login") continue; // it leads on, with a session
      const source = await response.text();
      expect(response.status).toBe(200);
      expect(source).toContain(
        `<html lang="${language}" dir="${language === "ar" ? "rtl" : "ltr"}"`,
      );
      expect(source).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|\{\w+\}/i);
      expect(source.match(/<script/g)).toHaveLength(1);
      expect(source).not.toMatch(/(?:src|href|action)="(?!\/|#)/);
      expect(response.headers.get("content-security-policy")).not.toContain("unsafe");
    }
  });

  it("is small: the log-in takes three requests and less than 15 KB", async () => {
    const { get } = openSite();
    const sizes = await Promise.all(
      ["/login", "/pages.css", "/pages.js"].map(
        async (path) => (await (await get(path)).text()).length,
      ),
    );
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(15_000);
  });

  it("leads to the log-in without a session, and back afterwards", async () => {
    const { get, post, loggedIn } = openSite();
    await loggedIn();
    for (const path of OWNERS) {
      const { status, headers } = await get(path);
      const target = new URL(headers.get("location") ?? "", ORIGIN);
      expect([status, target.pathname]).toEqual([303, "/login"]);
      const fields = { email: "ada@example.com", password: PASSWORD, return_to: path };
      expect((await post("/login", fields)).headers.get("location")).toBe(path);
    }
  });

  it("is refused to a form of another site, before anything happens", async () => {
    const { post, loggedIn } = openSite();
    const cookie = await loggedIn();
    for (const path of [
      "/login",
      "/account/delete",
      "/logout",
      "/language",
      "/reset_password/link",
    ])
      for (const headers of [
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
      ]) {
        const response = await post(path, { link: "x".repeat(43) }, { cookie, ...headers });
        expect([response.status, response.headers.getSetCookie()]).toEqual([403, []]);
      }
  });

  it("says that a form is none, or too large, and that a method is unknown", async () => {
    const { site, post } = openSite();
    const json = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
    expect((await site(new Request(`${ORIGIN}/login`, json))).status).toBe(415);
    expect((await post("/login", { email: "x".repeat(20_000) })).status).toBe(415);
    expect((await site(new Request(`${ORIGIN}/login`, { method: "PUT" }))).status).toBe(405);
    expect((await site(new Request(`${ORIGIN}/logout`))).status).toBe(405);
  });
});

describe("the service behind the pages", () => {
  it("still answers programs as before", async () => {
    const { site } = openSite();
    const text = async (path: string, init?: RequestInit) =>
      await (await site(new Request(ORIGIN + path, init))).text();
    expect(await text("/")).toBe('{"message":"Bienvenue"}');
    expect(await text("/profile")).toBe('{"message":"no session"}');
    const body = new URLSearchParams({ email: "eve@example.com" });
    expect(await text("/reset_password", { method: "POST", body })).toContain("not registered");
  });

  it("answers under a path, stripped or not", async () => {
    const { get } = openSite({ publicUrl: `${ORIGIN}/auth` });
    for (const path of ["/auth/register", "/register"]) {
      const source = await (await get(path)).text();
      expect(source).toContain('action="/auth/register"');
      expect(source).toContain('href="/auth/pages.css"');
    }
  });

  it("that is busy is a page with Retry-After", async () => {
    const ports = memoryPorts();
    const busy = () => new Response("{}", { status: 503, headers: { "retry-after": "7" } });
    const site = createPages({ api: busy, policy: ports.policy });
    const response = await site(new Request(`${ORIGIN}/account`));
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "7"]);
    expect(await response.text()).toContain("busy");
  });
});

describe("a request for a page", () => {
  it("that the service does not admit gets its own refusal, also for a file", async () => {
    const { get } = openSite({ isAdmitted: () => false });
    for (const path of ["/register", "/reset_password", "/pages.css"])
      expect((await get(path)).headers.get("content-type")).not.toContain("text/css");
    expect((await get("/register")).status).toBe(404); // the service has no such route
  });

  it("tells the service every header by which it knows a caller", async () => {
    const ports = memoryPorts();
    let seen = new Headers();
    const api = (request: Request) => {
      seen = request.headers;
      return new Response("{}", { status: 503 });
    };
    const headers = {
      via: "1.1 proxy",
      forwarded: "for=192.0.2.1",
      "x-forwarded-for": "192.0.2.1",
      "cf-connecting-ip": "192.0.2.1",
      "user-agent": "Lynx",
      cookie: "a=b",
    };
    const site = createPages({ api, policy: ports.policy });
    const body = new URLSearchParams({ email: "ada@example.com" });
    const sent = { method: "POST", headers: { ...headers, "sec-fetch-site": "same-origin" }, body };
    const response = await site(new Request(`${ORIGIN}/forgot-password`, sent));
    expect(Object.fromEntries(seen)).toMatchObject({ ...headers, "sec-fetch-site": "same-origin" });
    expect(seen.get("content-type")).toBe("application/json");
    expect(seen.get("x-request-id")).toBe(response.headers.get("x-request-id"));
  });

  it("comes back under the base path, also if a proxy strips it", async () => {
    const { get } = openSite({ publicUrl: `${ORIGIN}/auth` });
    const target = new URL((await get("/account")).headers.get("location") ?? "", ORIGIN);
    expect([target.pathname, target.searchParams.get("return_to")]).toEqual([
      "/auth/login",
      "/auth/account",
    ]);
  });

  it("with bytes that are no text is refused", async () => {
    const { site } = openSite();
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const sent = { method: "POST", headers, body: "email=a%40example.com&password=a%ff" };
    expect((await site(new Request(`${ORIGIN}/register`, sent))).status).toBe(415);
  });

  it("that fails unexpectedly is reported, and answered with a page", async () => {
    const faults: unknown[] = [];
    const policy = { ...memoryPorts().policy, password: undefined } as never;
    const { get } = openSite({ policy, onFault: (error) => faults.push(error) });
    const response = await get("/register");
    expect([response.status, faults.length]).toEqual([500, 1]);
    expect(await response.text()).toContain("Something unexpected happened");
  });
});

describe("the download of the own data", () => {
  it.each([429, 503])("that is refused with %s says when to try again", async (status) => {
    const ports = memoryPorts();
    const session = { user_id: "1", email: "a@b.c", email_verified: true, session_id: "1" };
    const times = { idle_expires_at: "", absolute_expires_at: "" };
    const api = ({ url }: Request) =>
      url.endsWith("/export")
        ? new Response("{}", { status, headers: { "retry-after": "120" } })
        : Response.json({ ...session, ...times });
    const site = createPages({ api, policy: ports.policy });
    const response = await site(new Request(`${ORIGIN}/account/export`));
    expect([response.status, response.headers.get("retry-after")]).toEqual([status, "120"]);
    expect(response.headers.get("content-disposition")).toBeNull();
  });
});

describe("the brand", () => {
  it("names the pages, colours them, and brings its words", async () => {
    const { get } = openSite({
      brand: { name: "Ada & Söhne <b>", color: "#ffcc00" },
      texts: { en: { logInTitle: "Come in" } },
    });
    const source = await (await get("/login")).text();
    expect(source).toContain("Ada &amp; Söhne &lt;b&gt;");
    expect(source).toContain("<h1>Come in</h1>");
    const style = await (await get("/pages.css")).text();
    expect(style).toContain("--accent: #ffcc00; --on-accent: #000000");
  });
});
