import { coursePolicy, strictPolicy } from "@postern/domain";
import { describe, expect, it } from "vitest";
import { EMAIL, PASSWORD, testApp } from "./app.fixture.ts";

describe("every session cookie", () => {
  const POLICIES = {
    course: coursePolicy,
    strict: {
      ...strictPolicy,
      disclosure: "open",
      verification: coursePolicy.verification,
    } as const,
    "strict with a domain": {
      ...strictPolicy,
      disclosure: "open",
      verification: coursePolicy.verification,
      cookie: { name: "__Secure-session_id", secure: true, domain: "example.com" },
    } as const,
  };

  /** Parses as RFC 6265 section 5.2 does. */
  function parsed(line: string) {
    const [pair = "", ...attributes] = line.split(";").map((part) => part.trim());
    const entries = attributes.map((one) => {
      const [name = "", value = ""] = one.split("=");
      return [name.toLowerCase(), value];
    });
    return { pair, attributes: Object.fromEntries(entries) as Record<string, string> };
  }

  it.each(Object.entries(POLICIES))(
    "under the policy %s has what it must, on every route",
    async (_, policy) => {
      const { request, send } = testApp({
        policy: { ...policy, registration: { isOpen: true, logsIn: true } },
      });
      const lines: string[] = [];
      const sent = async (answer: Promise<Response>) => {
        const all = (await answer).headers.getSetCookie();
        const given = all.filter((line) => !/^(__Host-)?known_devices=/.test(line));
        expect(given.length).toBeLessThanOrEqual(1);
        lines.push(...given);
        return given[0]?.split(";")[0] ?? "";
      };
      const fields = { email: EMAIL, password: "MyPwdOfBob twice" };
      let cookie = await sent(send("POST", "/users", fields));
      cookie = await sent(send("POST", "/sessions", { ...fields, remember: "on" }));
      cookie = await sent(request("DELETE", "/sessions?except=current", { headers: { cookie } }));
      const change = { current_password: fields.password, new_password: "another tortoise" };
      cookie = await sent(send("PUT", "/profile/password", change, { cookie }));
      await sent(request("DELETE", "/sessions", { headers: { cookie } }));
      const again = { email: EMAIL, password: "another tortoise" };
      cookie = await sent(send("POST", "/sessions", again));
      await sent(request("DELETE", "/sessions?all", { headers: { cookie } }));
      cookie = await sent(send("POST", "/sessions", again));
      await sent(send("DELETE", "/profile", { current_password: again.password }, { cookie }));
      expect(lines).toHaveLength(9);
      const { name, secure, domain } = { domain: undefined, ...policy.cookie };
      for (const line of lines) {
        const { pair, attributes } = parsed(line);
        expect(pair.startsWith(`${name}=`)).toBe(true);
        expect(attributes).toMatchObject({ path: "/", httponly: "", samesite: "Lax" });
        expect("secure" in attributes).toBe(secure);
        expect(attributes["domain"]).toBe(domain);
      }
      const ages = lines.map((line) => parsed(line).attributes["max-age"]);
      const month = String(strictPolicy.rememberedSession.absoluteMs / 1000);
      // Remembered, and still remembered when renewed; three ended; the others until the browser
      // closes.
      expect(ages).toEqual([undefined, month, month, month, "0", undefined, "0", undefined, "0"]);
    },
  );

  it.each([
    ["on", true],
    ["true", true],
    ["1", true],
    ["false", false],
    ["off", false],
    ["0", false],
    ["", false],
    [undefined, false],
  ])("outlives the browser when remember is %o: %o", async (remember, isKept) => {
    const { send, register } = testApp();
    await register();
    const fields = {
      email: EMAIL,
      password: PASSWORD,
      ...(remember !== undefined && { remember }),
    };
    const [line = ""] = (await send("POST", "/sessions", fields)).headers.getSetCookie();
    expect(line.includes("Max-Age=")).toBe(isKept);
  });

  it.each(["all&except=current", "except=others", "all=maybe", "except="])(
    "stays when it is unclear which sessions are to end: %s",
    async (query) => {
      const { request, register, logIn } = testApp();
      await register();
      const { cookie } = await logIn();
      const answer = await request("DELETE", `/sessions?${query}`, { headers: { cookie } });
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([400, []]);
      expect((await request("GET", "/profile", { headers: { cookie } })).status).toBe(200);
    },
  );

  it("is forgotten with the session that asks, and not with another one", async () => {
    const { request, register, logIn } = testApp();
    await register();
    const [{ cookie }, { cookie: other }] = [await logIn(), await logIn()];
    const idOf = async (of: string) => {
      const answer = await request("GET", "/sessions/current", { headers: { cookie: of } });
      return ((await answer.json()) as { session_id: string }).session_id;
    };
    const end = async (id: string) =>
      (await request("DELETE", `/sessions/${id}`, { headers: { cookie } })).headers.getSetCookie();
    expect(await end(await idOf(other))).toEqual([]);
    expect(await end(await idOf(cookie))).toEqual([expect.stringContaining("Max-Age=0")]);
  });

  it("is never one that was planted: a log-in makes another", async () => {
    const { send, register } = testApp();
    await register();
    const planted = `session_id=${"A".repeat(64)}`;
    const fields = { email: EMAIL, password: PASSWORD };
    const answer = await send("POST", "/sessions", fields, { cookie: planted });
    expect(answer.headers.getSetCookie()[0]?.startsWith(planted)).toBe(false);
  });
});
