import { expect, it } from "vitest";
import { memoryIds } from "../memory.ts";
import { aUser } from "../user/user.fixture.ts";
import type { UserStore } from "../user/user-store.ts";
import type { DeviceStore } from "./device-store.ts";

/**
 * What every DeviceStore does.
 *
 * @example
 *   describe("devices", () => deviceStoreContract(async () => ({ devices, users })));
 */
export function deviceStoreContract(
  open: () => Promise<{ readonly devices: DeviceStore; readonly users: UserStore }>,
): void {
  const ids = memoryIds();

  it("tells a user's first device, a further one and a known one apart", async () => {
    const { devices, users } = await open();
    const { id } = await aUser(users);
    expect(await devices.see(id, "curl", ids.eventId())).toBe("first");
    expect(await devices.see(id, "curl", ids.eventId())).toBe("known");
    expect(await devices.see(id, "Firefox on Linux", ids.eventId())).toBe("new");
    expect(await devices.see(id, "Firefox on Linux", ids.eventId())).toBe("known");
  });

  it("returns the same for the same log-in, also after later ones", async () => {
    const { devices, users } = await open();
    const { id } = await aUser(users);
    const [first, second] = [ids.eventId(), ids.eventId()];
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await devices.see(id, "curl", first)).toBe("first");
      expect(await devices.see(id, "Firefox on Linux", second)).toBe("new");
    }
  });

  it("keeps users apart", async () => {
    const { devices, users } = await open();
    const [one, other] = [await aUser(users), await aUser(users)];
    await devices.see(one.id, "curl", ids.eventId());
    expect(await devices.see(other.id, "curl", ids.eventId())).toBe("first");
    await devices.see(one.id, "Firefox on Linux", ids.eventId());
    expect(await devices.list(one.id)).toEqual(["Firefox on Linux", "curl"]);
    expect(await devices.list(other.id)).toEqual(["curl"]);
  });
}
