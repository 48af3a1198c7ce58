import { describe, expect, it } from "vitest";
import { EMAIL, PASSWORD, testApp } from "./app.fixture.ts";
import { routeTable } from "./app.ts";
import { operationsOf } from "./operation.ts";

const MALLORY = "mallory@example.com";

/** Names Alice in every place where a request could name a user. */
const named = (alice: { userId: string; sessionId: string }) => ({
  user_id: alice.userId,
  userId: alice.userId,
  id: alice.userId,
  sub: alice.userId,
  session_id: alice.sessionId,
  account: EMAIL,
});

describe("identity comes from the session alone", () => {
  it("on every route, even if path, query, headers or body name another user", async () => {
    const { ports, request, register, logIn } = testApp();
    await register();
    const { cookie: aliceCookie } = await logIn();
    await register(MALLORY);
    const current = await request("GET", "/sessions/current", { headers: { cookie: aliceCookie } });
    const { user_id, session_id } = (await current.json()) as {
      user_id: string;
      session_id: string;
    };
    const alice = { userId: user_id, sessionId: session_id };
    const before = await ports.users.findCredentialsById(alice.userId as never);
    const aliceSessions = await ports.sessions.list(alice.userId as never);
    const mallorys = async () => (await logIn(MALLORY)).cookie;

    const query = new URLSearchParams({ ...named(alice), email: EMAIL }).toString();
    const headers = {
      "x-user-id": alice.userId,
      "x-user": EMAIL,
      authorization: `Bearer ${alice.userId}`,
    };
    let swept = 0;
    for (const [pattern, resource] of Object.entries(routeTable({ ports }))) {
      const path = pattern.replace(/\{\w+\}/, alice.sessionId);
      for (const [method, { fields, session }] of operationsOf(resource)) {
        const own = {
          email: MALLORY,
          password: PASSWORD,
          current_password: PASSWORD,
          new_password: PASSWORD,
        };
        const given = Object.fromEntries(
          Object.entries(own).filter(([name]) => name in (fields?.shape ?? {})),
        );
        const bodies = fields
          ? [
              given,
              { ...given, ...named(alice) },
              ...Object.entries(named(alice)).map(([name, value]) =>
                Object.assign({ [name]: value }, given),
              ),
            ]
          : [undefined];
        for (const body of bodies) {
          const cookie = await mallorys();
          const answer = await request(method, `${path}?${query}`, {
            headers: { cookie, ...headers, ...(body && { "content-type": "application/json" }) },
            ...(body && { body: JSON.stringify(body) }),
          });
          const text = await answer.text();
          if (session === "needed")
            expect([method, path, text.includes(EMAIL), text.includes(alice.userId)]).toEqual([
              method,
              path,
              false,
              false,
            ]);
          if (body && Object.keys(body).length > Object.keys(given).length)
            expect([method, path, answer.status]).toEqual([method, path, 400]);
          swept += 1;
          await register(MALLORY); // if Mallory has just deleted Mallory
        }
      }
    }
    expect(swept).toBeGreaterThan(90);
    expect(await ports.users.findCredentialsById(alice.userId as never)).toEqual(before);
    expect(await ports.sessions.list(alice.userId as never)).toEqual(aliceSessions);
    const events = await ports.events.list(alice.userId as never, 100);
    expect(events.map(({ type }) => type)).toEqual(["user.created", "session.created"]);
  });

  it("and one's session id opens nothing and ends nothing for another", async () => {
    const { request, register, logIn } = testApp();
    await register();
    const { cookie } = await logIn();
    await register(MALLORY);
    const { cookie: mallory } = await logIn(MALLORY);
    const current = await request("GET", "/sessions/current", { headers: { cookie } });
    const { session_id: id } = (await current.json()) as { session_id: string };
    const strange = ["", "x", "..", "current", "%00", `${id}%20`, id.toUpperCase(), `${id}/`, "*"];
    for (const one of [id, ...strange]) {
      const answer = await request("DELETE", `/sessions/${one}`, { headers: { cookie: mallory } });
      expect([one, [404, 405, 302].includes(answer.status)]).toEqual([one, true]);
      if (answer.status === 302) break; // that was Mallory's own log-out
    }
    expect((await request("GET", "/profile", { headers: { cookie } })).status).toBe(200);
  });
});
