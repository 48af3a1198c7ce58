import { describe, expect, it } from "vitest";
import { testApp } from "./app.fixture.ts";

const PUBLIC = "https://login.example.com";
const LISTED = "https://app.example.com";

describe("what pages elsewhere may read (CORS)", () => {
  const ORIGINS: [string, boolean][] = [
    [LISTED, true],
    ["http://localhost:3000", true],
    ["null", false],
    ["", false],
    ["*", false],
    ["https://app.example.com/", false],
    ["https://app.example.com:443", false],
    ["https://app.example.com:8443", false],
    ["http://app.example.com", false],
    ["https://APP.example.com", false],
    ["https://app.example.com.evil.example", false],
    ["https://evil.example/https://app.example.com", false],
    ["https://evil.example?https://app.example.com", false],
    ["https://evil.example#https://app.example.com", false],
    ["https://app.example.com@evil.example", false],
    ["https://xapp.example.com", false],
    ["https://app.example.co", false],
    ["https://app.example.com%00.evil.example", false],
    ["https://app.example.com\t", true], // the Fetch Standard strips white space around a value
    ["https://app.example.com evil", false],
    ["https://appXexample.com", false],
    ["https://example.com", false],
    ["https://sub.app.example.com", false],
    ["file://", false],
    ["data:text/html,x", false],
    ["chrome-extension://abcdef", false],
    ["http://localhost", false],
    ["http://localhost:30000", false],
    ["http://127.0.0.1:3000", false],
    [PUBLIC, false],
    ["https://xn--pp-gka.example.com", false],
    ["javascript:alert(1)", false],
  ];
  const corsOrigins = [LISTED, "http://localhost:3000"];

  it(`lets exactly the listed of ${ORIGINS.length} origins read, on answers and preflights`, async () => {
    const { request } = testApp({ corsOrigins, publicUrl: PUBLIC });
    for (const [origin, isListed] of ORIGINS) {
      const preflight = { "access-control-request-method": "PUT" };
      const answers = [
        await request("GET", "/", { headers: { origin } }),
        await request("GET", "/profile", { headers: { origin } }),
        await request("GET", "/nowhere", { headers: { origin } }),
        await request("OPTIONS", "/profile/password", { headers: { origin, ...preflight } }),
      ];
      for (const { headers } of answers) {
        const allowed = headers.get("access-control-allow-origin");
        expect([origin, allowed]).toEqual([origin, isListed ? origin.trim() : null]);
        const credentials = headers.get("access-control-allow-credentials");
        expect(credentials).toBe(isListed ? "true" : null);
        expect(headers.get("vary")).toBe("Origin");
      }
    }
  });

  it("lets listed pages send tracing headers, and those that a setting names", async () => {
    const allowed = async (corsHeaders?: string[]) => {
      const { request } = testApp({
        corsOrigins,
        publicUrl: PUBLIC,
        ...(corsHeaders && { corsHeaders }),
      });
      const headers = { origin: LISTED, "access-control-request-method": "POST" };
      const response = await request("OPTIONS", "/sessions", { headers });
      return response.headers.get("access-control-allow-headers")?.split(", ") ?? [];
    };
    expect(await allowed()).toEqual(
      expect.arrayContaining(["traceparent", "tracestate", "baggage"]),
    );
    expect(await allowed()).not.toContain("x-app-version");
    expect(await allowed(["x-app-version"])).toContain("x-app-version");
  });

  it("lets listed pages write, and no other", async () => {
    const { request } = testApp({ corsOrigins, publicUrl: PUBLIC });
    const write = async (origin: string, site: string) => {
      const accept = "application/problem+json";
      const headers = { origin, "sec-fetch-site": site, host: "localhost", accept };
      return await (await request("DELETE", "/sessions", { headers })).json();
    };
    expect(await write(LISTED, "cross-site")).toMatchObject({ code: "session_missing" });
    expect(await write(LISTED, "same-site")).toMatchObject({ code: "session_missing" });
    expect(await write("https://evil.example", "cross-site")).toMatchObject({
      code: "cross_site_request",
    });
    expect(await write("https://sub.app.example.com", "same-site")).toMatchObject({
      code: "cross_site_request",
    });
    expect(await write("null", "cross-site")).toMatchObject({ code: "cross_site_request" });
  });

  it("allows no origin if none is listed", async () => {
    const { request } = testApp();
    for (const origin of [LISTED, "null", "http://localhost"]) {
      const { headers } = await request("GET", "/", { headers: { origin } });
      expect([...headers.keys()].filter((name) => /^access-control|^vary/.test(name))).toEqual([]);
    }
  });
});

describe("writes that another site's page begins (CSRF)", () => {
  const ROUTES: [string, string][] = [
    ["POST", "/users"],
    ["POST", "/sessions"],
    ["DELETE", "/sessions"],
    ["DELETE", "/sessions?all"],
    ["DELETE", "/sessions?except=current"],
    ["DELETE", "/sessions/00000000-0000-4000-8000-000000000000"],
    ["PUT", "/profile/password"],
    ["PUT", "/profile/email"],
    ["DELETE", "/profile"],
    ["POST", "/reset_password"],
    ["PUT", "/reset_password"],
    ["POST", "/email_verification"],
    ["PUT", "/email_verification"],
  ];
  const SENDERS: [Record<string, string>, boolean][] = [
    [{ "sec-fetch-site": "cross-site" }, false],
    [{ "sec-fetch-site": "same-site" }, false],
    [{ "sec-fetch-site": "cross-site", origin: "http://localhost" }, false],
    [{ "sec-fetch-site": "nonsense" }, false],
    [{ origin: "https://evil.example" }, false],
    [{ origin: "null" }, false],
    [{ origin: "https://login.example.com.evil.example" }, false],
    [{ "sec-fetch-site": "same-origin" }, true],
    [{ "sec-fetch-site": "none" }, true],
    [{ origin: "http://localhost" }, true],
    [{ origin: PUBLIC }, true],
    [{}, true],
  ];
  const TYPES = ["application/x-www-form-urlencoded", "application/json", "text/plain", undefined];

  it(`are refused for every content type: ${ROUTES.length * SENDERS.length * TYPES.length} cases`, async () => {
    const { request, register, logIn } = testApp({ publicUrl: PUBLIC });
    await register();
    let cases = 0;
    for (const [method, path] of ROUTES) {
      for (const [sender, passes] of SENDERS) {
        for (const type of TYPES) {
          const { cookie } = passes ? await logIn() : { cookie: "session_id=any" };
          const headers = {
            host: "localhost",
            cookie,
            accept: "application/problem+json",
            ...sender,
          };
          const answer = await request(method, path, {
            headers: { ...headers, ...(type && { "content-type": type }) },
            ...(type && { body: "x" }),
          });
          const { code } = (await answer.json().catch(() => ({}))) as { code?: string };
          expect([method, path, sender, type, code !== "cross_site_request"]).toEqual([
            method,
            path,
            sender,
            type,
            passes,
          ]);
          cases += 1;
          // A request that passes may delete Bob; then another one is created.
          if (passes && path === "/profile") await register();
        }
      }
    }
    expect(cases).toBe(ROUTES.length * SENDERS.length * TYPES.length);
  });
});

describe("redirects", () => {
  const TARGETS = [
    "//evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "http://login.example.com@evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/%2f/evil.example",
    "/%09/evil.example",
    "%0d%0aLocation:%20https://evil.example",
    ".evil.example",
  ];
  const NAMES = ["redirect", "redirect_uri", "next", "return_to", "url", "to", "continue"];

  it(`lead where they always lead: ${TARGETS.length * NAMES.length * 3} wishes`, async () => {
    const { request, register, logIn } = testApp();
    await register();
    for (const target of TARGETS) {
      for (const name of NAMES) {
        const query = `${name}=${encodeURIComponent(target)}`;
        const cookie = async () => (await logIn()).cookie;
        const headers = {
          "x-forwarded-host": "evil.example",
          "x-forwarded-proto": "https",
          referer: target.startsWith("http") ? target : "",
        };
        const answers = [
          await request("DELETE", `/sessions?${query}`, {
            headers: { ...headers, cookie: await cookie() },
          }),
          await request("DELETE", `/sessions?all&${query}`, {
            headers: { ...headers, cookie: await cookie() },
          }),
          await request("GET", `/.well-known/change-password?${query}`, { headers }),
        ];
        const places = answers.map(({ status, headers: given }) => [status, given.get("location")]);
        expect(places).toEqual([
          [302, "/"],
          [302, "/"],
          [302, "/profile/password"],
        ]);
      }
    }
  });
});

describe("the Host header", () => {
  const HOSTS = [
    "evil.example",
    "localhost.evil.example",
    "localhost@evil.example",
    "evil.example:5000",
    "127.0.0.1.evil.example",
    "",
    " ",
    "localhost, evil.example",
  ];

  it(`is in no response: ${HOSTS.length} hosts, every route without a session`, async () => {
    const { request } = testApp();
    for (const host of HOSTS) {
      for (const path of [
        "/",
        "/profile",
        "/docs",
        "/openapi.json",
        "/reset_password",
        "/email_verification",
        "/.well-known/change-password",
        "/nowhere",
      ]) {
        const answer = await request("GET", path, {
          headers: { host, "x-forwarded-host": host || "evil.example" },
        });
        const seen = `${await answer.text()} ${JSON.stringify([...answer.headers])}`;
        expect([host, path, seen.includes("evil.example")]).toEqual([host, path, false]);
      }
    }
  });
});
