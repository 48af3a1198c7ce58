import { coursePolicy } from "@postern/domain";
import { memoryPorts } from "@postern/domain/memory";
import { describe, expect, it } from "vitest";
import { createApp } from "./app.ts";

const form = (fields: Record<string, string>) => new URLSearchParams(fields);
const BOB = form({ email: "bob@example.com", password: "MyPwdOfBob" });

/** An app with a user who is logged in. */
async function opened(publicUrl?: string, basePath = "") {
  const { request } = createApp({ ports: memoryPorts(), publicUrl });
  const send = (method: string, path: string, init: RequestInit = {}) =>
    request(`http://localhost${basePath}${path}`, { method, ...init });
  await send("POST", "/users", { body: BOB });
  const response = await send("POST", "/sessions", { body: BOB });
  const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
  const isLoggedIn = async () =>
    (await send("GET", "/profile", { headers: { cookie } })).status === 200;
  return { send, headers: { cookie }, isLoggedIn, setCookie: response.headers.get("set-cookie") };
}

describe("a path with a slash behind it", () => {
  it.each(["/profile/", "/sessions/", "/sessions/current/", "/health/ready/", "/openapi.json/"])(
    "%s finds its route",
    async (path) => {
      const { send, headers } = await opened();
      for (const method of ["GET", "HEAD"]) {
        expect((await send(method, path, { headers })).status).toBe(200);
      }
      expect((await send("OPTIONS", path)).status).toBe(204);
    },
  );

  it("takes forms too", async () => {
    const { send } = await opened();
    expect((await send("POST", "/sessions/", { body: BOB })).status).toBe(200);
    expect((await send("POST", "/users/", { body: BOB })).status).toBe(400);
    expect((await send("PUT", "/reset_password/", { body: BOB })).status).toBe(400);
  });

  it.each([
    "/sessions/",
    "/sessions/?all",
    "/sessions/?except=current",
    "/profile/",
    "/sessions//",
  ])("deletes nothing at %s, which may be a path whose last part is missing", async (path) => {
    const { send, headers, isLoggedIn } = await opened();
    expect((await send("DELETE", path, { headers })).status).toBe(404);
    expect(await isLoggedIn()).toBe(true);
  });

  it.each(["//", "/users//", "//users", "/none/", "/users/x/", "/sessions/current//"])(
    "finds nothing at %s",
    async (path) => {
      const { send } = await opened();
      expect((await send("GET", path)).status).toBe(404);
    },
  );

  it("counts in the same budget", async () => {
    const limits = { ...coursePolicy.limits, logInNetwork: { places: 3, windowSeconds: 900 } };
    const ports = memoryPorts({ policy: { ...coursePolicy, limits } });
    const { request } = createApp({ ports, addressOf: () => "192.0.2.1" });
    const statuses: number[] = [];
    for (const path of ["/sessions", "/sessions/", "/sessions", "/sessions/", "/sessions"]) {
      statuses.push((await request(path, { method: "POST", body: BOB })).status);
    }
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
  });
});

describe("under a path of another site", () => {
  const PUBLIC = "https://www.example.com/auth";

  it.each(["/auth", ""])("is served if the proxy sends the prefix %j", async (prefix) => {
    const { send, headers, isLoggedIn, setCookie } = await opened(PUBLIC, prefix);
    expect(await isLoggedIn()).toBe(true);
    expect(setCookie).toContain("Path=/;"); // as __Host- demands
    const text = async (path: string) => await (await send("GET", path)).text();
    const document = JSON.parse(await text("/openapi.json")) as { servers: unknown };
    expect(document.servers).toEqual([{ url: PUBLIC }]);
    const where = await send("GET", "/.well-known/change-password");
    expect(where.headers.get("location")).toBe("/auth/profile/password");
    const loggedOut = await send("DELETE", "/sessions", { headers });
    expect([loggedOut.status, loggedOut.headers.get("location")]).toEqual([302, "/auth/"]);
    expect(await isLoggedIn()).toBe(false);
    expect(await text("/")).toBe('{"message":"Bienvenue"}');
    expect((await send("GET", "")).status).toBe(200);
  });

  it("takes writes of its own origin, and of no other", async () => {
    const { send } = await opened(PUBLIC, "/auth");
    for (const [origin, status] of [
      ["https://www.example.com", 200],
      ["https://evil.example", 403],
    ] as const)
      expect((await send("POST", "/sessions", { body: BOB, headers: { origin } })).status).toBe(
        status,
      );
  });

  it.each(["/authx/users", "/auth/auth/users", "/authusers", "/Auth/users"])(
    "does not serve %s",
    async (path) => {
      const { send } = await opened(PUBLIC);
      expect((await send("POST", path, { body: BOB })).status).toBe(404);
    },
  );

  it("deletes nothing under the prefix when the id of a session is missing", async () => {
    const { send, headers, isLoggedIn } = await opened(PUBLIC, "/auth");
    expect((await send("DELETE", "/sessions/", { headers })).status).toBe(404);
    expect(await isLoggedIn()).toBe(true);
  });
});
