import { type EmailKey, strictPolicy, verifyUser } from "@postern/domain";
import { describe, expect, it } from "vitest";
import { EMAIL, PASSWORD, seen, testApp } from "./app.fixture.ts";

describe("the course's seven routes", () => {
  it("GET / welcomes", async () => {
    const { request } = testApp();
    const response = await request("GET", "/");
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await seen(Promise.resolve(response))).toEqual([200, '{"message":"Bienvenue"}']);
  });

  it("POST /users creates a user, once", async () => {
    const { register } = testApp();
    expect(await seen(register())).toEqual([200, `{"email":"${EMAIL}","message":"user created"}`]);
    expect(await seen(register())).toEqual([400, '{"message":"email already registered"}']);
    expect(await seen(register("BOB@Example.COM"))).toEqual([
      400,
      '{"message":"email already registered"}',
    ]);
  });

  it("POST /sessions logs in and sets the cookie", async () => {
    const { register, logIn } = testApp();
    await register();
    const { response, cookie } = await logIn();
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(`{"email":"${EMAIL}","message":"logged in"}`);
    expect(response.headers.getSetCookie()).toEqual([`${cookie}; Path=/; HttpOnly; SameSite=Lax`]);
    expect(cookie).toMatch(/^session_id=.+/);
  });

  it.each([
    ["a wrong password", { email: EMAIL, password: "wrong" }],
    ["an unknown e-mail", { email: "nobody@example.com", password: PASSWORD }],
    ["a malformed e-mail", { email: "nobody", password: PASSWORD }],
    ["no e-mail", { password: PASSWORD }],
    ["no password", { email: EMAIL }],
    ["nothing", {}],
  ])("POST /sessions with %s is a 401 without a cookie", async (_, fields) => {
    const { register, send } = testApp();
    await register();
    const response = await send("POST", "/sessions", fields);
    expect(response.status).toBe(401);
    expect(response.headers.get("set-cookie")).toBeNull();
    expect(response.headers.get("www-authenticate")).toContain('cookie-name="session_id"');
    expect(await response.text()).toBe('{"message":"email or password wrong"}');
  });

  it("GET /profile tells whose session it is", async () => {
    const { register, logIn, request } = testApp();
    await register();
    const { cookie } = await logIn();
    expect(await seen(request("GET", "/profile", { headers: { cookie } }))).toEqual([
      200,
      `{"email":"${EMAIL}"}`,
    ]);
  });

  it("DELETE /sessions ends the session, forgets the cookie and leads home", async () => {
    const { register, logIn, request } = testApp();
    await register();
    const { cookie } = await logIn();
    const response = await request("DELETE", "/sessions", { headers: { cookie } });
    expect([response.status, response.headers.get("location")]).toEqual([302, "/"]);
    expect(response.headers.get("set-cookie")).toBe(
      "session_id=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0",
    );
    expect((await request("GET", "/profile", { headers: { cookie } })).status).toBe(403);
    expect((await request("DELETE", "/sessions", { headers: { cookie } })).status).toBe(403);
  });

  it.each([
    ["no cookie", {}],
    ["an empty one", { cookie: "session_id=" }],
    ["nonsense", { cookie: "session_id=nonsense" }],
    ["another name", { cookie: "session=x" }],
  ])(
    "GET /profile, DELETE /sessions and GET /sessions/current with %s are a 403",
    async (_, headers) => {
      const { request } = testApp();
      for (const [method, path] of [
        ["GET", "/profile"],
        ["DELETE", "/sessions"],
        ["GET", "/sessions/current"],
      ] as const) {
        expect(await seen(request(method, path, { headers }))).toEqual([
          403,
          '{"message":"no session"}',
        ]);
      }
    },
  );

  it("POST and PUT /reset_password replace a forgotten password, once", async () => {
    const { register, logIn, send, request } = testApp();
    await register();
    const { cookie } = await logIn();
    const [status, body] = await seen(send("POST", "/reset_password", { email: EMAIL }));
    const { reset_token } = JSON.parse(body) as { reset_token: string };
    expect([status, body]).toEqual([200, `{"email":"${EMAIL}","reset_token":"${reset_token}"}`]);
    const reset = { email: EMAIL, reset_token, new_password: "NewPwd" };
    const updated = [200, `{"email":"${EMAIL}","message":"Password updated"}`];
    expect(await seen(send("PUT", "/reset_password", reset))).toEqual(updated);
    expect((await send("PUT", "/reset_password", reset)).status).toBe(403);
    expect((await request("GET", "/profile", { headers: { cookie } })).status).toBe(403);
    expect((await logIn()).response.status).toBe(401);
    expect((await logIn(EMAIL, "NewPwd")).response.status).toBe(200);
  });

  it("PUT /reset_password is a 403 unless token and e-mail belong together, and spends nothing", async () => {
    const { register, send } = testApp();
    await register();
    await register("eve@example.com");
    const [, body] = await seen(send("POST", "/reset_password", { email: EMAIL }));
    const { reset_token } = JSON.parse(body) as { reset_token: string };
    const wrong: Record<string, string>[] = [
      { email: "eve@example.com", reset_token, new_password: "NewPwd" },
      { email: "nobody@example.com", reset_token, new_password: "NewPwd" },
      { reset_token, new_password: "NewPwd" },
      { email: EMAIL, reset_token: "wrong", new_password: "NewPwd" },
      { email: EMAIL, new_password: "NewPwd" },
      {},
    ];
    for (const fields of wrong) {
      const refused = [403, '{"message":"reset token not valid"}'];
      expect(await seen(send("PUT", "/reset_password", fields))).toEqual(refused);
    }
    const incomplete = await seen(send("PUT", "/reset_password", { email: EMAIL, reset_token }));
    expect(incomplete).toEqual([400, '{"message":"new_password: too short"}']);
    const tooLong = { email: EMAIL, reset_token, new_password: "x".repeat(73) };
    const named = [400, '{"message":"new_password: too long"}'];
    expect(await seen(send("PUT", "/reset_password", tooLong))).toEqual(named);
    const right = { email: EMAIL, reset_token, new_password: "NewPwd" };
    expect((await send("PUT", "/reset_password", right)).status).toBe(200);
  });

  it.each([{ email: "nobody@example.com" }, { email: "nobody" }, {}])(
    "POST /reset_password for %o is a 403",
    async (fields) => {
      const { send } = testApp();
      expect((await send("POST", "/reset_password", fields)).status).toBe(403);
    },
  );
});

describe("the same routes with JSON", () => {
  it("take JSON as they take forms", async () => {
    const { request } = testApp();
    const json = (method: string, path: string, body: unknown) =>
      request(method, path, {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json; charset=utf-8" },
      });
    const user = { email: EMAIL, password: PASSWORD };
    expect((await json("POST", "/users", user)).status).toBe(200);
    expect((await json("POST", "/sessions", user)).status).toBe(200);
    const [, body] = await seen(json("POST", "/reset_password", { email: EMAIL }));
    const { reset_token } = JSON.parse(body) as { reset_token: string };
    const reset = { email: EMAIL, reset_token, new_password: "NewPwd" };
    expect((await json("PUT", "/reset_password", reset)).status).toBe(200);
    expect((await json("POST", "/sessions", { email: EMAIL, password: 7 })).status).toBe(401);
  });
});

describe("GET /sessions/current", () => {
  it("tells another app what it needs to know", async () => {
    const { register, logIn, request } = testApp();
    await register();
    const { cookie } = await logIn();
    const response = await request("GET", "/sessions/current", { headers: { cookie } });
    expect(await response.json()).toEqual({
      user_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      email: EMAIL,
      email_verified: false,
      session_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      idle_expires_at: "2026-01-02T00:00:00.000Z",
      absolute_expires_at: "2026-01-08T00:00:00.000Z",
    });
  });
});

describe("the strict policy", () => {
  it("answers registration and reset requests the same for everyone", async () => {
    const { register, send } = testApp({ policy: strictPolicy });
    const accepted = [202, `{"email":"${EMAIL}","message":"registration accepted"}`];
    expect(await seen(register())).toEqual(accepted);
    expect(await seen(register())).toEqual(accepted);
    for (const email of [EMAIL, "nobody@example.com", "nonsense"]) {
      const requested = [202, `{"email":"${email}","message":"reset requested"}`];
      expect(await seen(send("POST", "/reset_password", { email }))).toEqual(requested);
    }
  });

  it("names the cookie so that browsers guard it", async () => {
    const { register, logIn, ports } = testApp({ policy: strictPolicy });
    await register();
    const user = await ports.users.findByEmail(EMAIL as EmailKey);
    if (user) await verifyUser(ports, user.id);
    const { response } = await logIn();
    expect(response.headers.get("set-cookie")).toMatch(
      /^__Host-session_id=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Secure, __Host-known_devices=/,
    );
  });
});
