import { describe, expect, it } from "vitest";
import { curlOf, type Placed } from "./reference/examples.ts";
import { LANGUAGES, type PagesOptions, type ShownMail } from "./index.ts";
import { openSite } from "./site.fixture.ts";

const MAIL: ShownMail = {
  id: "one",
  to: "bob@example.com",
  subject: 'A "subject" <script>alert(1)</script>',
  text: "</pre><script>alert(2)</script>",
  html: "<!doctype html><html><head></head><body><p>Hello</p></body></html>",
  recordedAt: new Date(0),
};
const mailbox = {
  list: () => [MAIL],
  previews: (language: string) => [{ ...MAIL, id: "reset", subject: `In ${language}` }],
};

function open(options: Partial<PagesOptions> = {}) {
  const { get } = openSite(options);
  return async (path: string, language = "en", accept = "*/*") => {
    const response = await get(path, { "accept-language": language, accept });
    return { response, text: await response.text() };
  };
}

describe("the page of all routes", () => {
  it.each(Object.keys(LANGUAGES))("in %s shows every route with an example", async (language) => {
    const get = open({ publicUrl: "https://www.example.com/auth" });
    const document = JSON.parse((await get("/openapi.json")).text) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    const { response, text } = await get("/docs", language);
    expect(response.status).toBe(200);
    for (const { operationId } of Object.values(document.paths).flatMap(Object.values)) {
      expect(text).toContain(`<article id="${operationId}"`);
      expect(text).toContain(`<a href="#${operationId}">`);
    }
    expect(text).toContain(
      "curl -X POST -c session.txt -d email=bob@example.com -d password=MyPwdOfBob " +
        "https://www.example.com/auth/sessions",
    );
    expect(text).toContain("curl -b session.txt https://www.example.com/auth/profile<");
    expect(text).toContain("&quot;email&quot;: &quot;bob@example.com&quot;");
    expect(text).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:|undefined|\[object/i);
    expect(response.headers.get("content-security-policy")).not.toContain("unsafe");
  });

  it("is what runs: each command of a route without input is answered", async () => {
    const get = open();
    const { text } = await get("/docs");
    const commands = [...text.matchAll(/<code>curl (https:\/\/www\.example\.com\S*)<\/code>/g)];
    expect(commands.length).toBeGreaterThan(3);
    for (const [, url = ""] of commands) {
      const { response } = await get(new URL(url).pathname);
      expect([url, response.status < 404]).toEqual([url, true]);
    }
  });
});

describe("what is not there", () => {
  it.each([
    ["text/html,*/*;q=0.8", "text/html; charset=utf-8"],
    ["*/*", "application/json"],
    ["application/json, text/html;q=0.1", "application/json"],
    ["text/html;q=0", "application/json"],
    ["application/json;q=0.5, text/html;q=0.5", "text/html; charset=utf-8"],
  ])("is said to who accepts %s as %s", async (accept, type) => {
    const get = open();
    const { response } = await get("/nothing", "en", accept);
    expect([response.status, response.headers.get("content-type")]).toEqual([404, type]);
  });

  it("is not what has a slash behind its path: that is the same page", async () => {
    const get = open();
    for (const path of ["/login/", "/docs/", "/reset_password/"])
      expect([path, (await get(path, "en", "text/html")).response.status]).toEqual([path, 200]);
  });
});

it("an example quotes a host with signs of the shell", () => {
  const operation = { method: "GET", path: "/x", responses: {} } as unknown as Placed;
  expect(curlOf(operation, "http://a';touch x;'.example")).toBe(
    String.raw`curl 'http://a'\'';touch x;'\''.example/x'`,
  );
});

describe("the mails", () => {
  const local = { mailbox, isLocalCaller: (): boolean => true };

  it("are shown each in a frame of its own, which may run nothing", async () => {
    const get = open(local);
    const { response, text } = await get("/mail");
    expect(response.status).toBe(200);
    expect(text).toContain("<bdi>bob@example.com</bdi>");
    expect(text).toMatch(/<iframe\s+sandbox="allow-top-navigation-by-user-activation"/);
    expect(text).toContain('src="/mail/message?id=one"');
    expect(text).not.toContain("<script>");
    expect(text).not.toMatch(/<style|\sstyle=/);
    expect(response.headers.get("content-security-policy")).not.toContain("unsafe");
    const mail = await get("/mail/message?id=one");
    expect(mail.text).toContain('<head><base target="_top"></head>');
    const policy = mail.response.headers.get("content-security-policy");
    expect(policy).toMatch(/default-src 'none'.*frame-ancestors 'self'.*sandbox/);
    expect(policy).not.toMatch(/script-src|allow-scripts|allow-same-origin/);
    expect(mail.response.headers.get("cache-control")).toBe("no-store");
  });

  it("have a preview in the language of the page", async () => {
    const get = open(local);
    const { text } = await get("/mail/preview", "fr");
    expect(text).toContain("In fr");
    expect(text).toContain('src="/mail/message?id=reset&amp;language=fr"');
    expect((await get("/mail/message?id=reset&language=fr")).response.status).toBe(200);
  });

  it.each([
    ["callers from elsewhere", { mailbox, isLocalCaller: (): boolean => false }],
    ["where mail is sent", { isLocalCaller: (): boolean => true }],
    ["where nobody said who is local", { mailbox }],
  ])("are not there for %s", async (_, options) => {
    const get = open(options);
    for (const path of ["/mail", "/mail/preview", "/mail/message?id=one"]) {
      const { response, text } = await get(path);
      expect([path, response.status]).toEqual([path, 404]);
      expect(text).not.toContain("bob@");
      expect(text).not.toContain("Hello");
    }
  });

  it.each(["nothing", "", "__proto__"])("none has the id %j", async (id) => {
    expect((await open(local)(`/mail/message?id=${id}`)).response.status).toBe(404);
  });
});
