import { describe, expect, it } from "vitest";
import { bob, opened } from "../journey.fixture.ts";
import { memoryClock } from "../memory.ts";
import { changePassword } from "../profile/change-password.ts";

const MINUTE_MS = 60_000;

describe("the current password", () => {
  const change = { newPassword: "NewPwd" };

  it("is not asked for while the log-in is new, and a renewal makes none new", async () => {
    const clock = memoryClock();
    const { ports, own } = await opened({ clock });
    const { freshMs } = ports.policy.reauthentication;
    clock.advance(freshMs - 1);
    const changed = await changePassword(ports, own.token, change);
    const renewed = changed.ok ? changed.value.renewed : undefined;
    expect(renewed).toBeDefined();
    clock.advance(1);
    const again = await changePassword(ports, renewed?.token, change);
    expect(again).toEqual({ ok: false, error: "password_required" });
  });

  it("is asked for although the clock of this process is slow", async () => {
    const clock = memoryClock();
    const slow = memoryClock(clock.now());
    const { ports, own } = await opened({ clock });
    clock.advance(ports.policy.reauthentication.freshMs + MINUTE_MS);
    const result = await changePassword({ ...ports, clock: slow }, own.token, change);
    expect(result).toEqual({ ok: false, error: "password_required" });
  });

  it.each(["wrong", "", "x".repeat(73)])(
    "is refused when it is %o, and nothing changes",
    async (currentPassword) => {
      const { ports, own } = await opened();
      const result = await changePassword(ports, own.token, { ...change, currentPassword });
      expect(result).toEqual({ ok: false, error: "password_wrong" });
      expect((await bob(ports)).epoch).toBe(0);
    },
  );
});
