import { Unavailable } from "@postern/domain";
import { memoryPorts } from "@postern/domain/memory";
import { Hono } from "hono";
import { expect, it } from "vitest";
import { createApp } from "./app.ts";
import { requireSession, type SessionVariables } from "./require-session.ts";

const BOB = new URLSearchParams({ email: "bob@example.com", password: "MyPwdOfBob" });

/** A larger app: the service under `/auth`, and a page of its own. */
function opened() {
  const ports = memoryPorts();
  let isDown = false;
  const check: typeof ports.sessions.check = async (...given) => {
    if (isDown) throw new Unavailable("Redis does not answer");
    return await ports.sessions.check(...given);
  };
  const app = new Hono<SessionVariables>();
  app.mount("/auth", createApp({ ports, publicUrl: "http://localhost/auth" }).fetch);
  app.use("/notes", requireSession({ ...ports, sessions: { ...ports.sessions, check } }));
  app.get("/notes", (c) => c.text(`notes of ${c.get("session").user.email}`));
  const breakDown = () => {
    isDown = true;
  };
  return { app, breakDown };
}

it("lets a session through, which the app under a path began, and nothing else", async () => {
  const { app, breakDown } = opened();
  await app.request("/auth/users", { method: "POST", body: BOB });
  const response = await app.request("/auth/sessions", { method: "POST", body: BOB });
  const cookie = response.headers.get("set-cookie")?.split(";")[0] ?? "";
  const ask = async (given: string) => {
    const { status, headers } = await app.request("/notes", { headers: { cookie: given } });
    return [status, headers.get("retry-after")];
  };
  const notes = await app.request("/notes", { headers: { cookie } });
  expect(await notes.text()).toBe("notes of bob@example.com");
  for (const other of ["", "session_id=forged", `${cookie}; ${cookie}x`])
    expect(await ask(other)).toEqual([403, null]);
  const foreign = { cookie, "sec-fetch-site": "same-site", origin: "https://evil.example" };
  const written = await app.request("/notes", { method: "POST", headers: foreign });
  expect(await written.json()).toEqual({
    message: "cross-site requests may not change anything",
  });
  const loggedOut = await app.request("/auth/sessions", { method: "DELETE", headers: { cookie } });
  expect(loggedOut.headers.get("location")).toBe("/auth/");
  expect(await ask(cookie)).toEqual([403, null]);
  breakDown();
  expect(await ask(cookie)).toEqual([503, "1"]);
});
