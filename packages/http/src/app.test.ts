import { Unavailable } from "@postern/domain";
import { memoryPorts } from "@postern/domain/memory";
import { describe, expect, it } from "vitest";
import { EMAIL, PASSWORD, seen, testApp } from "./app.fixture.ts";
import type { RequestRecord } from "./request-guard.ts";
import type { AskReadiness } from "./routes/health.ts";

const PROBLEM = { accept: "application/problem+json" };

describe("registering", () => {
  it.each([
    [{ password: PASSWORD }, "email: missing"],
    [{ email: EMAIL }, "password: missing"],
    [{}, "email: missing"],
    [{ email: EMAIL, password: "" }, "password: too short"],
    [{ email: "", password: PASSWORD }, "email: not an e-mail address"],
    [{ email: "bob", password: PASSWORD }, "email: not an e-mail address"],
    [{ email: EMAIL, password: "x".repeat(73) }, "password: too long"],
    [{ email: EMAIL, password: "a\0b" }, "password: contains characters that are not text"],
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

  it.each([
    ["POST", "/users", { email: EMAIL, password: "" }, "password"],
    ["POST", "/users", { email: "bob", password: PASSWORD }, "email"],
    ["POST", "/users", { email: EMAIL }, "password"],
    ["PUT", "/profile/password", { new_password: "" }, "new_password"],
    ["PUT", "/profile/email", { email: "x@y.example", current_password: "no" }, "current_password"],
    ["PUT", "/email_verification", { token: "x" }, undefined],
    ["DELETE", "/sessions?all=perhaps", {}, "all"],
    ["DELETE", "/sessions?all&except=current", {}, undefined],
  ])("of %s %s with %o name the field %o as a member", async (method, path, fields, field) => {
    const { register, logIn, send } = testApp();
    await register();
    const { cookie } = await logIn();
    const response = await send(method, path, fields, {
      ...PROBLEM,
      cookie,
    });
    const body = (await response.json()) as { field?: string; detail: string };
    expect(body.field).toBe(field);
    if (field) expect(body.detail).toMatch(new RegExp(`^${field}: `));
  });

  it("name the header that is wrong", async () => {
    const { send } = testApp();
    const fields = { email: EMAIL, reset_token: "x", new_password: "y" };
    for (const key of ["", "x".repeat(256)]) {
      const headers = { ...PROBLEM, "idempotency-key": key };
      const response = await send("PUT", "/reset_password", fields, headers);
      expect(await response.json()).toMatchObject({
        status: 400,
        code: "idempotency_key_invalid",
        field: "idempotency-key",
        detail: "idempotency-key: must be 1 to 255 printable ASCII characters",
      });
    }
  });

  it("are 404 for unknown paths, and 405 with Allow", async () => {
    const { request } = testApp();
    expect(await seen(request("GET", "/nothing"))).toEqual([404, '{"message":"not found"}']);
    const response = await request("PATCH", "/reset_password");
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST, PUT, OPTIONS"]);
    expect(await response.text()).toBe('{"message":"method not allowed"}');
  });

  it("turn a passing fault into 503 with Retry-After, and never into a refusal", async () => {
    const down = () => Promise.reject(new Unavailable("gone", { retryAfterSeconds: 7 }));
    const memory = memoryPorts();
    const token = memory.tokenFactory.createSessionToken(memory.ids.userId()).token;
    const ports = { ...memory, sessions: { ...memory.sessions, check: down } };
    const { request } = testApp({ ports });
    const response = await request("GET", "/profile", {
      headers: { cookie: `session_id=${token}` },
    });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "7"]);
    expect(response.headers.get("set-cookie")).toBeNull();
  });

  it("have their headers even if the fault reporter fails", async () => {
    const { request } = testApp({
      onRequest: () => {
        throw new Error("the log is full");
      },
    });
    const response = await request("GET", "/profile");
    expect(await seen(Promise.resolve(response))).toEqual([500, '{"message":"unexpected error"}']);
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it("say nothing of a bug to the caller, and all of it to the log", async () => {
    const faults: [unknown, string][] = [];
    const bug = () => Promise.reject(new Error("the secret reason"));
    const memory = memoryPorts();
    const ports = { ...memory, users: { ...memory.users, findCredentialsByEmail: bug } };
    const onFault = (error: unknown, requestId: string) => faults.push([error, requestId]);
    const { logIn } = testApp({ ports, onFault });
    const { response } = await logIn();
    expect(await seen(Promise.resolve(response))).toEqual([500, '{"message":"unexpected error"}']);
    expect(faults).toEqual([
      [new Error("the secret reason"), response.headers.get("x-request-id")],
    ]);
  });
});

describe("every answer", () => {
  it("carries a request id, no-store and the security headers for every status", async () => {
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
    expect([options.status, options.headers.get("allow")]).toEqual([
      204,
      "GET, DELETE, HEAD, OPTIONS",
    ]);
  });

  it("is recorded by route and code, with nothing of what the caller sent", async () => {
    const records: RequestRecord[] = [];
    const reads: RequestRecord[] = [];
    const { request, send, register, logIn } = testApp({
      onRequest: (record) => records.push(record),
      onRead: (record) => reads.push(record),
    });
    await register();
    const { cookie } = await logIn();
    await request("GET", "/profile", { headers: { cookie } });
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
    // Successful reads are many. They are reported separately.
    const ofProfile = reads.filter(({ route }) => route === "/profile");
    expect(ofProfile.map(({ route, status, userId }) => [route, status, userId])).toEqual([
      ["/profile", 200, records[1]?.userId],
    ]);
    expect(records[1]?.userId).toMatch(/^[0-9a-f-]{36}$/);
    expect(JSON.stringify(records)).not.toContain("canary");
  });
});

describe("health", () => {
  const get = (path: string, ready?: AskReadiness) =>
    seen(testApp({ ...(ready && { ready }) }).request("GET", path));

  it("is always live, and ready only while sessions can be checked", async () => {
    const failing = ["redis"];
    const down = async () => ({ canCheckSessions: false, canWrite: false, failing });
    expect(await get("/health/live", down)).toEqual([200, '{"status":"live"}']);
    expect(await get("/health/ready", down)).toEqual([503, '{"message":"not ready: redis"}']);
    expect(await get("/health/ready")).toEqual([200, '{"status":"ready"}']);
    expect(await get("/health/ready?writes")).toEqual([200, '{"status":"ready"}']);
  });

  it("stays ready without writes, names what fails, and is not ready for who asks for writes", async () => {
    const failing = ["postgres takes no writes"];
    const readOnly = async () => ({ canCheckSessions: true, canWrite: false, failing });
    expect(await get("/health/ready", readOnly)).toEqual([
      200,
      '{"status":"ready","failing":["postgres takes no writes"]}',
    ]);
    expect(await get("/health/ready?writes", readOnly)).toEqual([
      503,
      '{"message":"not ready: postgres takes no writes"}',
    ]);
  });
});
