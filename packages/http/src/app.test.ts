import { Unavailable } from "@postern/domain";
import { memoryPorts } from "@postern/domain/memory";
import { describe, expect, it } from "vitest";
import { EMAIL, PASSWORD, seen, testApp } from "./app.fixture.ts";
import type { RequestRecord } from "./edge.ts";

const PROBLEM = { accept: "application/problem+json" };

describe("registering", () => {
  it.each([
    [{ password: PASSWORD }, "email: missing"],
    [{ email: EMAIL }, "password: missing"],
    [{}, "email: missing"],
    [{ email: EMAIL, password: "" }, "password: too short"],
    [{ email: "", password: PASSWORD }, "email: this is not an e-mail address"],
    [{ email: "bob", password: PASSWORD }, "email: this is not an e-mail address"],
    [{ email: EMAIL, password: "x".repeat(73) }, "password: too long"],
    [{ email: EMAIL, password: "a\0b" }, "password: holds characters that are not text"],
  ])("names the field that is wrong in %o", async (fields: Record<string, string>, message) => {
    const { send } = testApp();
    expect(await seen(send("POST", "/users", fields))).toEqual([400, JSON.stringify({ message })]);
  });

  it("names a field that is not text", async () => {
    const { request } = testApp();
    const body = JSON.stringify({ email: [EMAIL], password: PASSWORD });
    const response = request("POST", "/users", {
      body,
      headers: { "content-type": "application/json" },
    });
    expect(await seen(response)).toEqual([400, '{"message":"email: must be text"}']);
  });
});

describe("bodies", () => {
  const post = (
    body: string | Uint8Array<ArrayBuffer>,
    type: string,
    headers: Record<string, string> = {},
  ) => testApp().request("POST", "/users", { body, headers: { "content-type": type, ...headers } });
  const FORM = "application/x-www-form-urlencoded";

  it.each([
    ["broken JSON", "{", "application/json", 400],
    ["JSON that is no object", "[1]", "application/json", 400],
    ["null", "null", "application/json", 400],
    ["deep JSON", "[".repeat(8000), "application/json", 400],
    ["a field given twice", "email=a&email=b", FORM, 400],
    ["another type", "email=a", "text/plain", 415],
    ["a multipart form", "--x", "multipart/form-data; boundary=x", 415],
    ["just over 16 KiB", "x".repeat(16 * 1024 + 1), FORM, 413],
    ["just 16 KiB", "x".repeat(16 * 1024), FORM, 400],
  ])("%s is answered %4$i", async (_, body, type, status) => {
    expect((await post(body, type)).status).toBe(status);
  });

  it.each([
    ["a member given twice", '{"email":"a@b.co","email":"c@d.co","password":"x"}'],
    ["a nested member", '{"email":{"password":"y"},"password":"x"}'],
    ["a member that does not belong", '{"email":"a@b.co","password":"x","admin":true}'],
    ["__proto__", '{"email":"a@b.co","password":"x","__proto__":{"admin":true}}'],
    ["depth", `{"email":"a@b.co","password":"x","y":${"[".repeat(8000)}${"]".repeat(8000)}}`],
  ])("refuses JSON with %s", async (_, body) => {
    const answer = await post(body, "application/json");
    expect(answer.status).toBe(400);
    expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
  });

  it("takes a string in JSON for what it is, whatever it holds", async () => {
    const { request, logIn } = testApp();
    const password = 'a":{"b\\":"c';
    const body = JSON.stringify({ email: EMAIL, password });
    const headers = { "content-type": "application/json" };
    expect((await request("POST", "/users", { body, headers })).status).toBe(200);
    expect((await logIn(EMAIL, password)).response.status).toBe(200);
  });

  it("refuses a form's bytes that are not UTF-8, so that no two passwords become one", async () => {
    for (const bad of ["%e9", "%ff", "%80", "%", "%zz", "%ed%a0%80"]) {
      expect((await post(`email=${EMAIL}&password=caf${bad}`, FORM)).status).toBe(400);
    }
    expect((await post(`email=${EMAIL}&password=caf%c3%a9+%2B=1&`, FORM)).status).toBe(200);
    expect((await post(`email=${EMAIL}&password=x&submit=1`, FORM)).status).toBe(400);
  });

  it("answers a client that goes away in the middle as a bad request, not as a bug of ours", async () => {
    const faults: Error[] = [];
    const { request } = testApp({ onFault: (error) => faults.push(error) });
    const body = new ReadableStream({
      pull: (controller) => controller.error(new Error("aborted")),
    });
    const init = { body, duplex: "half", headers: { "content-type": FORM } } as RequestInit;
    expect((await request("POST", "/users", init)).status).toBe(400);
    expect(faults).toEqual([]);
  });

  it("refuses bytes that are not UTF-8", async () => {
    expect((await post(Uint8Array.of(0x7b, 0xff, 0x7d), "application/json")).status).toBe(400);
  });

  it("refuses an encoded body, which could unfold to any size", async () => {
    expect((await post("x", FORM, { "content-encoding": "gzip" })).status).toBe(415);
  });

  it("refuses a body of unknown length while it arrives", async () => {
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1024;
        controller.enqueue(new Uint8Array(1024).fill(120));
      },
    });
    const init = {
      body: endless,
      duplex: "half",
      headers: { "content-type": FORM },
    } as RequestInit;
    expect((await testApp().request("POST", "/users", init)).status).toBe(413);
    expect(sent).toBeLessThan(20 * 1024);
  });
});

describe("errors", () => {
  it("are the course's by default and RFC 9457 for clients that ask", async () => {
    const { request } = testApp();
    const course = await request("GET", "/profile");
    expect(course.headers.get("content-type")).toBe("application/json");
    const rfc = await request("GET", "/profile", { headers: PROBLEM });
    expect(rfc.headers.get("content-type")).toBe("application/problem+json");
    expect(await rfc.json()).toEqual({
      type: "urn:postern:problem:session_missing",
      title: "no session",
      status: 403,
      code: "session_missing",
      detail: "no session",
    });
  });

  it("tell what is not there, and which methods are", async () => {
    const { request } = testApp();
    expect(await seen(request("GET", "/nothing"))).toEqual([
      404,
      '{"message":"there is nothing here"}',
    ]);
    const response = await request("PATCH", "/reset_password");
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST, PUT, OPTIONS"]);
    expect(await response.text()).toBe('{"message":"this method is not allowed here"}');
  });

  it("turn a passing fault into 503 with Retry-After, and never into a refusal", async () => {
    const down = () => Promise.reject(new Unavailable("gone", { retryAfterSeconds: 7 }));
    const memory = memoryPorts();
    const token = memory.secrets.sessionToken(memory.ids.userId()).token;
    const ports = { ...memory, sessions: { ...memory.sessions, check: down } };
    const { request } = testApp({ ports });
    const response = await request("GET", "/profile", {
      headers: { cookie: `session_id=${token}` },
    });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "7"]);
    expect(response.headers.get("set-cookie")).toBeNull();
  });

  it("say nothing of a bug to the caller, and all of it to the log", async () => {
    const faults: [string, string][] = [];
    const bug = () => Promise.reject(new Error("the secret reason"));
    const memory = memoryPorts();
    const ports = { ...memory, users: { ...memory.users, findCredentials: bug } };
    const onFault = (error: Error, requestId: string) => faults.push([error.message, requestId]);
    const { logIn } = testApp({ ports, onFault });
    const { response } = await logIn();
    expect(await seen(Promise.resolve(response))).toEqual([
      500,
      '{"message":"something went wrong here"}',
    ]);
    expect(faults).toEqual([["the secret reason", response.headers.get("x-request-id")]]);
  });
});

describe("every answer", () => {
  it("carries a request id, no-store and the security headers, whatever its status", async () => {
    const { request, register, logIn, send } = testApp();
    await register();
    const { response: loggedIn, cookie } = await logIn();
    const answers = [
      loggedIn,
      await request("GET", "/"),
      await request("HEAD", "/"),
      await request("OPTIONS", "/users"),
      await request("DELETE", "/sessions", { headers: { cookie } }),
      await send("POST", "/users", {}),
      await send("POST", "/sessions", {}),
      await request("GET", "/profile"),
      await request("GET", "/nothing"),
      await request("PUT", "/users"),
      await request("POST", "/users", {
        body: "x".repeat(20_000),
        headers: { "content-type": "x/y" },
      }),
      await send("POST", "/users", {}, { "sec-fetch-site": "cross-site" }),
    ];
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toEqual([200, 200, 200, 204, 302, 400, 401, 403, 404, 405, 413, 403]);
    for (const { headers } of answers) {
      expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get("cache-control")).toBe("no-store");
      expect(headers.get("x-content-type-options")).toBe("nosniff");
      expect(headers.get("content-security-policy")).toBe(
        "default-src 'none'; frame-ancestors 'none'",
      );
      expect(headers.get("referrer-policy")).toBe("no-referrer");
    }
  });

  it("keeps a caller's request id only when it is a UUID", async () => {
    const { request } = testApp();
    const id = "0198c0de-0000-7000-8000-000000000001";
    const echoed = async (given: string) =>
      (await request("GET", "/", { headers: { "x-request-id": given } })).headers.get(
        "x-request-id",
      );
    expect(await echoed(id)).toBe(id);
    expect(await echoed("forged\tline")).not.toContain("forged");
  });

  it("answers HEAD without a body and OPTIONS with what is allowed", async () => {
    const { request } = testApp();
    expect(await seen(request("HEAD", "/"))).toEqual([200, ""]);
    const options = await request("OPTIONS", "/profile");
    expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, HEAD, OPTIONS"]);
  });

  it("is recorded by route and code, with nothing that the caller chose", async () => {
    const records: RequestRecord[] = [];
    const { request, send, register, logIn } = testApp({
      onRequest: (record) => records.push(record),
    });
    await register();
    await logIn();
    await request("GET", "/profile?token=canary");
    await request("GET", "/canary");
    await send("POST", "/sessions", { email: "canary@example.com", password: "canary" });
    expect(records.map(({ method, route, status, code }) => [method, route, status, code])).toEqual(
      [
        ["POST", "/users", 200, undefined],
        ["POST", "/sessions", 200, undefined],
        ["GET", "/profile", 403, "session_missing"],
        ["GET", "/*", 404, "not_found"],
        ["POST", "/sessions", 401, "credentials_invalid"],
      ],
    );
    expect(records[1]?.userId).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.stringify(records)).not.toContain("canary");
  });
});

describe("health", () => {
  it("is live whatever happens, and ready only when the stores are", async () => {
    const down = () => Promise.reject(new Unavailable("gone"));
    const { request } = testApp({ ready: down });
    expect(await seen(request("GET", "/health/live"))).toEqual([200, '{"status":"live"}']);
    expect((await request("GET", "/health/ready")).status).toBe(503);
    expect(await seen(testApp().request("GET", "/health/ready"))).toEqual([
      200,
      '{"status":"ready"}',
    ]);
  });
});
