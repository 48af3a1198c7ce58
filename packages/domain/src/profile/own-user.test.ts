import { RateLimited } from "../rate-limited.ts";
import { describe, expect, it } from "vitest";
import { bob, EMAIL, loggedIn, meanwhile, PASSWORD, registered } from "../journey.fixture.ts";
import { memoryClock, memoryPorts } from "../memory.ts";
import { checkSession } from "../session/check-session.ts";
import { logIn } from "../session/log-in.ts";
import { logOut } from "../session/log-out.ts";
import { Unavailable } from "../unavailable.ts";
import { deleteOwnUser } from "./delete-own-user.ts";
import { exportUser } from "./export-user.ts";

describe("deleting oneself", () => {
  it("needs the password or a new log-in, and leaves one event", async () => {
    const clock = memoryClock();
    const ports = memoryPorts({ clock });
    const { id } = await registered(ports);
    const [own, other] = [await loggedIn(ports), await loggedIn(ports)];
    clock.advance(ports.policy.reauthentication.freshMs);
    const refused = { ok: false, error: "password_required" };
    expect(await deleteOwnUser(ports, own.token, undefined)).toEqual(refused);
    expect(await deleteOwnUser(ports, own.token, "wrong")).toMatchObject({
      error: "password_wrong",
    });
    expect((await deleteOwnUser(ports, own.token, PASSWORD)).ok).toBe(true);
    for (const { token } of [own, other]) expect(await checkSession(ports, token)).toBeUndefined();
    expect(await ports.users.findById(id)).toBeUndefined();
    const events = await ports.events.list(id, 100);
    expect(events.at(-1)).toMatchObject({ type: "user.deleted", data: {} });
    expect(JSON.stringify(events)).not.toContain(EMAIL);
  });

  it("is not done in the name of a session that is logged out meanwhile", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const { token } = await loggedIn(ports);
    const hasher = meanwhile(ports.hasher, "verify", () => logOut(ports, token));
    const result = await deleteOwnUser({ ...ports, hasher }, token, PASSWORD);
    expect(result).toEqual({ ok: false, error: "session_missing" });
    expect((await bob(ports)).email).toBe(EMAIL);
  });

  it("ends the sessions, even if the database cannot be read after it", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const { token } = await loggedIn(ports);
    let isGone = false;
    const findById: typeof ports.users.findById = (id) =>
      isGone ? Promise.reject(new Unavailable("no answer")) : ports.users.findById(id);
    const deleting = meanwhile(ports.users, "delete", async () => (isGone = true), "after");
    const users = { ...deleting, findById };
    expect((await deleteOwnUser({ ...ports, users }, token, PASSWORD)).ok).toBe(true);
    expect(await checkSession(ports, token)).toBeUndefined();
  });

  it("leaves no copy behind a log-in that was under way", async () => {
    const ports = memoryPorts();
    const { id } = await registered(ports);
    const { token } = await loggedIn(ports);
    const deleted: string[] = [];
    const sessions = meanwhile(ports.sessions, "deleteUser", async () => deleted.push("copy"));
    const hasher = meanwhile(ports.hasher, "verify", () => deleteOwnUser(ports, token, PASSWORD));
    const late = await logIn({ ...ports, hasher, sessions }, { email: EMAIL, password: PASSWORD });
    expect(late).toEqual({ ok: false, error: "credentials_invalid" });
    expect(deleted).toEqual(["copy"]);
    expect(await ports.sessions.list(id)).toEqual([]);
  });
});

describe("an export", () => {
  it("holds every event, page by page, and is nobody else's", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const { token } = await loggedIn(ports);
    const list: typeof ports.events.list = (userId, limit, after) =>
      ports.events.list(userId, Math.min(limit, 1), after);
    const result = await exportUser({ ...ports, events: { ...ports.events, list } }, token);
    if (!result.ok) throw new Error(result.error);
    const types: string[] = [];
    for await (const page of result.value.events) types.push(...page.map(({ type }) => type));
    expect(types).toEqual(["user.created", "session.created"]);
    expect(await exportUser(ports, "no token")).toEqual({ ok: false, error: "session_missing" });
  });

  it("is one at a time for each user", async () => {
    const ports = memoryPorts();
    await registered(ports);
    const { token } = await loggedIn(ports);
    const first = await exportUser(ports, token);
    if (!first.ok) throw new Error(first.error);
    await expect(exportUser(ports, token)).rejects.toThrow(RateLimited);
    await first.value.finish();
    expect((await exportUser(ports, token)).ok).toBe(true);
  });
});
