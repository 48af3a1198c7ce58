import { describe, expect, it } from "vitest";
import { eventTypes, loggedIn, registered } from "../journey.fixture.ts";
import { memoryPorts } from "../memory.ts";
import { checkSession } from "../session/check-session.ts";
import { Unavailable } from "../unavailable.ts";
import { disableUser, enableUser } from "./disable-user.ts";

describe("disabling a user", () => {
  it("ends every session, raises the epoch, and is one event however often it is done", async () => {
    const ports = memoryPorts();
    const { id } = await registered(ports);
    const { token } = await loggedIn(ports);
    expect(await disableUser(ports, id)).toMatchObject({ ok: true, value: { epoch: 1 } });
    expect(await disableUser(ports, id)).toMatchObject({ ok: true, value: { epoch: 1 } });
    expect(await checkSession(ports, token)).toBeUndefined();
    expect((await eventTypes(ports)).filter((type) => type === "user.disabled")).toHaveLength(1);
  });

  it("can be done again when the first time did not reach the session store", async () => {
    const ports = memoryPorts();
    const { id } = await registered(ports);
    const { token } = await loggedIn(ports);
    const syncUser = () => Promise.reject(new Unavailable("Redis does not answer"));
    const broken = { ...ports, sessions: { ...ports.sessions, syncUser } };
    await expect(disableUser(broken, id)).rejects.toThrow(Unavailable);
    await disableUser(ports, id);
    expect(await checkSession(ports, token)).toBeUndefined();
  });
});

describe("enabling a user", () => {
  it("raises no epoch, and is one event however often it is done", async () => {
    const ports = memoryPorts();
    const { id } = await registered(ports);
    expect(await enableUser(ports, id)).toMatchObject({ ok: true, value: { epoch: 0 } });
    await disableUser(ports, id);
    expect(await enableUser(ports, id)).toMatchObject({ ok: true, value: { epoch: 1 } });
    expect(await enableUser(ports, id)).toMatchObject({
      ok: true,
      value: { disabledAt: undefined },
    });
    expect((await eventTypes(ports)).filter((type) => type === "user.enabled")).toHaveLength(1);
  });
});

it("finds no user by an unknown id", async () => {
  const ports = memoryPorts();
  const unknown = { ok: false, error: "user_not_found" };
  expect(await disableUser(ports, ports.ids.userId())).toEqual(unknown);
  expect(await enableUser(ports, ports.ids.userId())).toEqual(unknown);
});
