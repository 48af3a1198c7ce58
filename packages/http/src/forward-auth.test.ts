import { coursePolicy, Unavailable } from "@postern/domain";
import { memoryPorts } from "@postern/domain/memory";
import { describe, expect, it } from "vitest";
import { EMAIL, testApp } from "./app.fixture.ts";

const NAMES = ["x-auth-user-id", "x-auth-email", "x-auth-session-id"];
const identityIn = ({ headers }: Response) => NAMES.map((name) => headers.get(name));

describe("identity headers for proxies", () => {
  it("name the user and the session, and the address only if it is verified", async () => {
    const { ports, request, register, logIn } = testApp();
    await register();
    const { cookie } = await logIn();
    const ask = () => request("GET", "/sessions/current", { headers: { cookie } });
    const first = await ask();
    const body = (await first.json()) as { user_id: string; session_id: string };
    expect(identityIn(first)).toEqual([body.user_id, "", body.session_id]);
    const change = { userId: body.user_id as never, expectedEpoch: 0, keepsPassword: true };
    await ports.users.verifyEmail(change, []);
    const { cookie: verified } = await logIn();
    const second = await request("GET", "/sessions/current", { headers: { cookie: verified } });
    expect(identityIn(second)[1]).toBe(EMAIL);
  });

  it.each([{}, { cookie: "session_id=none" }, { cookie: "session_id=a; session_id=b" }])(
    "are empty without a session: %j",
    async (headers) => {
      const { request } = testApp();
      const forged = { ...headers, "x-auth-user-id": "mallory", "x-auth-email": "m@example.com" };
      const response = await request("GET", "/sessions/current", { headers: forged });
      expect(response.status).toBe(403);
      expect(identityIn(response)).toEqual(["", "", ""]);
    },
  );

  it("are empty when the service cannot tell", async () => {
    const ports = memoryPorts({ policy: coursePolicy });
    const check = () => Promise.reject(new Unavailable("Redis does not answer"));
    const { request } = testApp({ ports: { ...ports, sessions: { ...ports.sessions, check } } });
    const cookie = `session_id=${"a".repeat(60)}`;
    const response = await request("GET", "/sessions/current", { headers: { cookie } });
    expect([response.status >= 403, identityIn(response)]).toEqual([true, ["", "", ""]]);
  });
});
