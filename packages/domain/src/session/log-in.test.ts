import { describe, expect, it } from "vitest";
import {
  bob,
  EMAIL,
  eventTypes,
  loggedIn,
  meanwhile,
  PASSWORD,
  registered,
  reset,
  resetTokenFor,
} from "../journey.fixture.ts";
import { memoryPasswordHasher, memoryPorts } from "../memory.ts";
import { Unavailable } from "../unavailable.ts";
import type { EmailKey } from "../email.ts";
import { disableUser, enableUser } from "../administration/disable-user.ts";
import { checkSession } from "./check-session.ts";
import { logIn } from "./log-in.ts";

const refused = { ok: false, error: "credentials_invalid" };

describe("logging in", () => {
  it("opens a session that is checked by its token, and says so in an event", async () => {
    const ports = memoryPorts();
    const user = await registered(ports);
    const { token, session } = await loggedIn(ports);
    const checked = await checkSession(ports, token);
    expect(checked).toMatchObject({ session, user: { id: user.id, email: EMAIL } });
    expect(await ports.events.list(user.id, 10)).toMatchObject([
      { type: "user.created" },
      { type: "session.created", data: { sessionId: session.id } },
    ]);
  });

  it("opens a new session every time", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const [one, other] = [await loggedIn(ports), await loggedIn(ports)];
    expect(one.token).not.toBe(other.token);
    expect(one.session.id).not.toBe(other.session.id);
  });

  it.each([
    [{ password: "wrong" }],
    [{ password: "" }],
    [{ password: "x".repeat(73) }],
    [{ email: "eve@example.com" }],
    [{ email: "" }],
    [{ email: "nonsense" }],
  ])("refuses %o", async (wrong) => {
    const ports = memoryPorts();
    await registered(ports);
    expect(await logIn(ports, { email: EMAIL, password: PASSWORD, ...wrong })).toEqual(refused);
  });

  it("verifies exactly one hash, whether the user is enabled, disabled or unknown", async () => {
    const ports = memoryPorts();
    const user = await registered(ports);
    let verified = 0;
    const hasher = meanwhile(ports.hasher, "verify", async () => (verified += 1));
    const count = async (email: string, password: string) => {
      verified = 0;
      await logIn({ ...ports, hasher }, { email, password });
      return verified;
    };
    expect(await count(EMAIL, PASSWORD)).toBe(1);
    expect(await count(EMAIL, "wrong")).toBe(1);
    expect(await count("nobody@example.com", "wrong")).toBe(1);
    expect(await count("nonsense", "wrong")).toBe(1);
    await disableUser(ports, user.id);
    expect(await count(EMAIL, PASSWORD)).toBe(1);
  });

  it("refuses a user without a password", async () => {
    const ports = memoryPorts();
    await ports.users.create({ ...(await unregisteredUser(ports)), passwordHash: undefined }, []);
    expect(await logIn(ports, { email: EMAIL, password: "undefined" })).toEqual(refused);
    expect(await logIn(ports, { email: EMAIL, password: "" })).toEqual(refused);
  });

  it("refuses a disabled user, whose old sessions stay ended after enabling", async () => {
    const ports = memoryPorts();
    const { id } = await registered(ports);
    const { token } = await loggedIn(ports);
    await disableUser(ports, id);
    expect(await checkSession(ports, token)).toBeUndefined();
    expect(await logIn(ports, { email: EMAIL, password: PASSWORD })).toEqual(refused);
    await enableUser(ports, id);
    expect(await checkSession(ports, token)).toBeUndefined();
    expect(await checkSession(ports, (await loggedIn(ports)).token)).toBeDefined();
    const types = await eventTypes(ports);
    expect(types.filter((type) => type.startsWith("user."))).toEqual([
      "user.created",
      "user.disabled",
      "user.enabled",
    ]);
  });

  it("is refused before the user is looked up, when hashing is at capacity", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const asked: string[] = [];
    const users = {
      ...ports.users,
      findCredentialsByEmail: (key: EmailKey) => {
        asked.push(key);
        return ports.users.findCredentialsByEmail(key);
      },
    };
    const admit = () => {
      throw new Unavailable("password hashing is at capacity");
    };
    const full = { ...ports, users, hasher: { ...ports.hasher, admit } };
    const attempt = { email: "bob@example.com", password: "MyPwdOfBob" };
    await expect(logIn(full, attempt)).rejects.toThrow(Unavailable);
    expect(asked).toEqual([]);
    await expect(logIn({ ...full, hasher: ports.hasher }, attempt)).resolves.toMatchObject({
      ok: true,
    });
    expect(asked).toHaveLength(1);
  });
});

describe("a log-in, when a reset comes", () => {
  /** Logs Bob in, who resets his password before or after the method `name` of a port is called. */
  async function overtaken<PortName extends "hasher" | "ledger" | "sessions">(
    portName: PortName,
    name: keyof ReturnType<typeof memoryPorts>[PortName],
    when: "before" | "after",
  ) {
    const ports = memoryPorts();
    await registered(ports);
    const resetToken = await resetTokenFor(ports);
    const port = meanwhile(ports[portName], name, () => reset(ports, resetToken), when);
    const result = await logIn(
      { ...ports, [portName]: port },
      { email: EMAIL, password: PASSWORD },
    );
    const listed = await ports.sessions.list((await bob(ports)).id);
    return { result, listed, types: await eventTypes(ports) };
  }

  it.each([
    ["while its password is verified", "hasher", "verify", "before"],
    ["after its password is verified", "hasher", "verify", "after"],
    ["before its session is opened", "sessions", "open", "before"],
    ["after its session is opened", "sessions", "open", "after"],
    ["before its epoch is confirmed", "ledger", "confirm", "before"],
  ] as const)("%s, opens no session", async (_, portName, name, when) => {
    const { result, listed, types } = await overtaken(portName, name as never, when);
    expect(result).toEqual(refused);
    expect(listed).toEqual([]);
    expect(types).not.toContain("session.created");
  });

  it("after its confirmation, opens a session that the reset ends", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const resetToken = await resetTokenFor(ports);
    const ledger = meanwhile(ports.ledger, "confirm", () => reset(ports, resetToken), "after");
    const result = await logIn({ ...ports, ledger }, { email: EMAIL, password: PASSWORD });
    expect(result.ok && (await checkSession(ports, result.value.token))).toBeUndefined();
  });
});

describe("a log-in that cannot be confirmed", () => {
  it("leaves no session behind", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const confirm = () => Promise.reject(new Unavailable("Postgres does not answer"));
    const broken = { ...ports, ledger: { ...ports.ledger, confirm } };
    await expect(logIn(broken, { email: EMAIL, password: PASSWORD })).rejects.toThrow(Unavailable);
    expect(await ports.sessions.list((await bob(ports)).id)).toEqual([]);
  });
});

describe("making a hash anew", () => {
  const withCost = (cost: number) => memoryPasswordHasher({ cost });
  const hashOf = async (ports: ReturnType<typeof memoryPorts>) =>
    (await ports.users.findCredentialsByEmail((await bob(ports)).emailKey))?.passwordHash;

  it("happens at the first log-in after the parameters changed, and raises no epoch", async () => {
    const ports = memoryPorts();
    await registered(ports);
    await loggedIn({ ...ports, hasher: withCost(2) });
    expect(await hashOf(ports)).toMatch(/^plain\$2\$/);
    expect(await bob(ports)).toMatchObject({ epoch: 0, revision: 1 });
  });

  it("does not happen for a wrong password", async () => {
    const ports = memoryPorts();
    await registered(ports);
    await logIn({ ...ports, hasher: withCost(2) }, { email: EMAIL, password: "wrong" });
    expect(await hashOf(ports)).toMatch(/^plain\$1\$/);
  });

  it("does not undo a reset that came first", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const resetToken = await resetTokenFor(ports);
    const hasher = meanwhile(withCost(2), "hash", () => reset(ports, resetToken, "NewPwd"));
    expect(await logIn({ ...ports, hasher }, { email: EMAIL, password: PASSWORD })).toEqual(
      refused,
    );
    expect(await hashOf(ports)).toBe("plain$1$NewPwd");
  });
});

async function unregisteredUser(ports: ReturnType<typeof memoryPorts>) {
  const user = await registered(memoryPorts());
  return { id: ports.ids.userId(), email: user.email, emailKey: user.emailKey };
}
