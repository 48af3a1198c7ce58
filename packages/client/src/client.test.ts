import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { createClient } from "./client.ts";

const LOGGED_IN = '{"email":"bob@example.com","message":"logged in"}';
const CREDENTIALS = { email: "bob@example.com", password: "MyPwdOfBob" };

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly cookie: string | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

describe("the client", () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** A server that gives these answers and records its requests. */
  async function serving(answer: (seen: Seen, response: ServerResponse) => void) {
    const asked: Seen[] = [];
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => (body += String(chunk)));
      request.on("end", () => {
        const { method = "", url = "", headers } = request;
        const seen = { method, url, cookie: headers.cookie, headers, body };
        asked.push(seen);
        answer(seen, response);
      });
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address ? address.port : 0;
    return { asked, baseUrl: `http://127.0.0.1:${port}` };
  }

  const json =
    (status: number, body: string, headers = {}) =>
    (_: Seen, response: ServerResponse) =>
      response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);

  it("puts each part of what it is given where the route has it", async () => {
    const { asked, baseUrl } = await serving(json(403, "{}"));
    const client = createClient({ baseUrl: `${baseUrl}/auth/` });
    await client.endSession({ session_id: "a/b?c" });
    await client.logOut({ except: "current" });
    const reset = { email: "e", reset_token: "t", new_password: "n" };
    await client.resetPassword({ ...reset, "idempotency-key": "key" });
    await client.deleteUser();
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      "DELETE /auth/sessions/a%2Fb%3Fc",
      "DELETE /auth/sessions?except=current",
      "PUT /auth/reset_password",
      "DELETE /auth/profile",
    ]);
    expect(JSON.parse(asked[2]?.body ?? "")).toEqual(reset);
    expect(asked[2]?.headers["idempotency-key"]).toBe("key");
    expect(asked[3]?.body).toBe("");
  });

  it("keeps the cookie, sends it again, takes one up, and forgets it when it is ended", async () => {
    const set = "session_id=abc; Path=/; HttpOnly; SameSite=Lax; Max-Age=2592000";
    const { asked, baseUrl } = await serving(({ method }, response) => {
      if (method === "POST")
        json(200, LOGGED_IN, { "set-cookie": set })(asked[0] as Seen, response);
      else response.writeHead(302, { location: "/", "set-cookie": "session_id=; Max-Age=0" }).end();
    });
    const client = createClient({ baseUrl });
    expect((await client.logIn(CREDENTIALS)).code).toBe("logged_in");
    expect(client.cookie()).toBe("session_id=abc");
    expect(await client.logOut()).toMatchObject({ ok: true, code: "logged_out", status: 302 });
    // The redirect was not followed: it would have repeated the DELETE.
    expect(asked).toHaveLength(2);
    expect(asked[1]?.cookie).toBe("session_id=abc");
    expect(client.cookie()).toBeUndefined();
    await createClient({ baseUrl, cookie: "session_id=kept" }).logOut();
    expect(asked[2]?.cookie).toBe("session_id=kept");
  });

  it("takes no other cookie for the session's, and no other redirect for a log-out", async () => {
    const { baseUrl } = await serving(({ method }, response) => {
      const cookies = ["AWSALB=abc; Path=/", "__Host-session_id=new; Path=/; Secure"];
      if (method === "POST") json(200, LOGGED_IN, { "set-cookie": cookies })({} as Seen, response);
      else
        response
          .writeHead(302, { location: "https://sso.example/", "set-cookie": "AWSALB=x" })
          .end();
    });
    const client = createClient({ baseUrl });
    await client.logIn(CREDENTIALS);
    expect(client.cookie()).toBe("__Host-session_id=new");
    expect(await client.logOut()).toMatchObject({ ok: false, code: "unexpected_answer" });
    expect(client.cookie()).toBe("__Host-session_id=new");
    const named = createClient({ baseUrl, cookieName: "AWSALB" });
    await named.logIn(CREDENTIALS);
    expect(named.cookie()).toBe("AWSALB=abc");
  });

  it("keeps the cookie by which its device is known, beyond the session", async () => {
    const { baseUrl, asked } = await serving(({ method }, response) => {
      const ended = method === "DELETE";
      response.setHeader("set-cookie", [
        ended ? "session_id=; Max-Age=0" : "session_id=abc; HttpOnly",
        ...(ended ? [] : ["known_devices=d1; HttpOnly"]),
      ]);
      if (ended) response.writeHead(302, { location: "/" }).end();
      else response.setHeader("content-type", "application/json").end(LOGGED_IN);
    });
    const client = createClient({ baseUrl });
    await client.logIn(CREDENTIALS);
    await client.logOut();
    expect([client.cookie(), client.deviceCookie()]).toEqual([undefined, "known_devices=d1"]);
    const later = createClient({ baseUrl, deviceCookie: client.deviceCookie() });
    await later.logIn(CREDENTIALS);
    expect(asked.map(({ cookie }) => cookie)).toEqual([
      undefined,
      "session_id=abc; known_devices=d1",
      "known_devices=d1",
    ]);
  });

  it("sends browsers' own cookies along", async () => {
    const modes: (string | undefined)[] = [];
    const send: typeof fetch = async (_, init) => {
      modes.push(init?.credentials);
      return new Response("");
    };
    await createClient({ baseUrl: "https://login.example.com", fetch: send }).profile();
    expect(modes).toEqual(["include"]);
  });

  it.each(["", ".", ".."])(
    "asks for nothing by the id %o, which leads elsewhere",
    async (session_id) => {
      const { asked, baseUrl } = await serving(json(200, "{}"));
      const outcome = await createClient({ baseUrl }).endSession({ session_id });
      expect([outcome.ok, asked]).toEqual([false, []]);
    },
  );

  it("takes no page for a session, with any status", async () => {
    const { baseUrl } = await serving((_, response) => {
      response.writeHead(200, { "content-type": "text/html" }).end("<html>a portal</html>");
    });
    const client = createClient({ baseUrl });
    const outcomes = [
      await client.currentSession(),
      await client.profile(),
      await client.listSessions(),
      await client.exportUser(),
      await client.isReady(),
    ];
    for (const { ok, code } of outcomes) expect([ok, code]).toEqual([false, "unexpected_answer"]);
    const empty = await serving(json(200, "{}"));
    expect((await createClient(empty).currentSession()).ok).toBe(false);
  });

  it("takes what browsers show of a redirect for the success that it is", async () => {
    const opaque = {
      status: 0,
      type: "opaqueredirect",
      headers: new Headers(),
      text: async () => "",
    };
    const send = async () => opaque as unknown as Response;
    const client = createClient({ baseUrl: "https://login.example.com", fetch: send });
    expect(await client.logOut()).toMatchObject({ ok: true, code: "logged_out" });
    expect(await client.profile()).toMatchObject({ ok: false, code: "unexpected_answer" });
  });

  it("tells refusals apart by their code, with when to try again", async () => {
    const problem = { code: "unavailable", detail: "try again in a moment", status: 503 };
    const { baseUrl } = await serving(json(503, JSON.stringify(problem), { "retry-after": "7" }));
    expect(await createClient({ baseUrl }).logIn(CREDENTIALS)).toEqual({
      ok: false,
      code: "unavailable",
      status: 503,
      message: "try again in a moment",
      retryAfterSeconds: 7,
    });
  });

  it.each([
    ["no JSON", 200, "<html>a proxy's page</html>"],
    ["a success of something else", 200, '{"message":"hello"}'],
    ["nothing", 500, ""],
    ["a code that nobody knows", 400, '{"code":7}'],
  ])("throws nothing at an answer that is %s", async (_, status, body) => {
    const { baseUrl } = await serving(json(status, body));
    const outcome = await createClient({ baseUrl }).logIn(CREDENTIALS);
    expect(outcome).toMatchObject({ ok: false, code: "unexpected_answer", status });
  });

  it("returns an error when the service does not respond, or too late", async () => {
    const gone = createClient({ baseUrl: "http://127.0.0.1:1" });
    expect(await gone.profile()).toMatchObject({ ok: false, code: "unreachable", status: 0 });
    const { baseUrl } = await serving(() => undefined);
    const late = createClient({ baseUrl, timeoutMs: 50 });
    expect(await late.profile()).toMatchObject({ ok: false, code: "unreachable", status: 0 });
  });
});
