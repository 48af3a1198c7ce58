import { coursePolicy } from "@postern/domain";
import { memoryPorts } from "@postern/domain/memory";
import { createApp } from "@postern/http";
import { describe, expect, it } from "vitest";
import { openSite, ORIGIN, PASSWORD } from "./site.fixture.ts";

describe("a user's language", () => {
  const languageIn = (response: Response) =>
    response.headers
      .getSetCookie()
      .map((cookie) => /^postern_language=([\w.]+)/.exec(cookie)?.[1])
      .find(Boolean);

  it("is that of the registration, and shown after a log-in in another browser", async () => {
    const { post } = openSite();
    const ada = { email: "ada@example.com", password: PASSWORD };
    await post("/register", ada, { "accept-language": "de-AT,en;q=0.5" });
    const response = await post("/login", ada, { "accept-language": "en" });
    expect(languageIn(response)).toBe("de.user");
  });

  it("is the one that was chosen while logged in", async () => {
    const { post, loggedIn } = openSite();
    const cookie = await loggedIn();
    expect(languageIn(await post("/language", { language: "ar" }, { cookie }))).toBe("ar");
    const ada = { email: "ada@example.com", password: PASSWORD };
    expect(languageIn(await post("/login", ada))).toBe("ar.user");
  });

  it("is not taken for a choice of the next user of the browser, and ends with it", async () => {
    const { post, get } = openSite();
    const people = { ada: "de", bob: "fr", eve: "nl" };
    for (const [name, language] of Object.entries(people)) {
      const fields = { email: `${name}@example.com`, password: PASSWORD };
      await post("/register", fields, { "accept-language": language });
    }
    const shown = async (cookie: string) =>
      (await get("/login", { cookie, "accept-language": "en" })).headers.get("content-language");
    const logIn = async (name: string, cookie: string) => {
      const fields = { email: `${name}@example.com`, password: PASSWORD };
      const response = await post("/login", fields, { cookie });
      return (
        response.headers.getSetCookie().find((one) => one.startsWith("postern_language")) ?? ""
      );
    };
    const [ofAda = ""] = (await logIn("ada", "")).split(";");
    expect(await shown(ofAda)).toBe("de");
    const [ofBob = ""] = (await logIn("bob", ofAda)).split(";");
    expect(await shown(ofBob)).toBe("fr");
    // There are no pages in Eve's language.
    expect(await logIn("eve", ofBob)).toMatch(/^postern_language=;.*Max-Age=0/);
    // A registration in this browser is in the language that the browser asks for.
    const carl = { email: "carl@example.com", password: PASSWORD };
    await post("/register", carl, { cookie: ofBob, "accept-language": "es" });
    expect((await logIn("carl", "")).split(";")[0]).toBe("postern_language=es.user");
  });

  it("does not replace the one that the browser keeps", async () => {
    const { post, loggedIn } = openSite();
    await post("/language", { language: "ar" }, { cookie: await loggedIn() });
    const kept = { cookie: "postern_language=es" };
    const ada = { email: "ada@example.com", password: PASSWORD };
    expect(languageIn(await post("/login", ada, kept))).toBeUndefined();
  });

  it("is kept in the browser alone without a session, and never another value", async () => {
    const { post } = openSite();
    expect(languageIn(await post("/language", { language: "fr" }))).toBe("fr");
    expect(languageIn(await post("/language", { language: "xx" }))).toBeUndefined();
    const stale = { cookie: "session_id=stale" };
    expect(languageIn(await post("/language", { language: "es" }, stale))).toBe("es");
  });

  it("that cannot be read or stored stops neither the log-in nor the choice", async () => {
    const ports = memoryPorts();
    const app = createApp({ ports });
    const busy = () => new Response("{}", { status: 503, headers: { "retry-after": "1" } });
    const broken = () => {
      throw new Error("unreachable");
    };
    for (const fault of [busy, broken]) {
      const api = (request: Request) =>
        request.url.endsWith("/profile/language") ? fault() : app.fetch(request);
      const { post, loggedIn } = openSite({ api });
      const cookie = await loggedIn();
      expect(cookie).toMatch(/^session_id=./);
      const chosen = await post("/language", { language: "ar" }, { cookie });
      expect([chosen.status, languageIn(chosen)]).toEqual([303, "ar"]);
    }
  });

  it("has a cookie of its own for each of two installations on one host", async () => {
    const policy = { ...coursePolicy, cookie: { ...coursePolicy.cookie, name: "other_session" } };
    const { post, get } = openSite({ policy });
    const [set = ""] = (await post("/language", { language: "fr" })).headers.getSetCookie();
    expect(set).toMatch(/^postern_language_other_session=fr;/);
    const cookie = `postern_language=de; ${set.split(";")[0]}`;
    expect((await get("/login", { cookie })).headers.get("content-language")).toBe("fr");
  });
});

describe("cookies that another host of the domain has planted", () => {
  // RFC 6265bis section 5.7: browsers take a no-break space as a part of the name.
  const PLANTED = "\u00A0session_id";

  it("are as the service takes them, on every page", async () => {
    const { site, get, loggedIn } = openSite();
    const own = await loggedIn();
    const token = own.split("=")[1] ?? "";
    const direct = async (cookie: string) =>
      (await site(new Request(`${ORIGIN}/profile`, { headers: { cookie } }))).status === 200;
    for (const cookie of [
      own,
      `${PLANTED}=${token}`,
      `${own}; ${PLANTED}=junk`,
      `session_id=junk; ${PLANTED}=${token}`,
      `${own}; session_id=junk`,
      `session_id=junk; ${own}`,
    ]) {
      const isLoggedIn = (await get("/account", { cookie })).status === 200;
      expect([cookie, isLoggedIn]).toEqual([cookie, await direct(cookie)]);
    }
  });

  it("do not stop a log-out", async () => {
    const { site, post, loggedIn } = openSite();
    const own = await loggedIn();
    await post("/logout", {}, { cookie: `${own}; ${PLANTED}=junk` });
    const after = await site(new Request(`${ORIGIN}/profile`, { headers: { cookie: own } }));
    expect(after.status).toBe(403);
  });
});
