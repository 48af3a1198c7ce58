import { describe, expect, it } from "vitest";
import { memoryPorts } from "../memory.ts";
import { strictPolicy } from "../policy.ts";
import { registerUser } from "./register-user.ts";
import { parseEmail } from "../email.ts";

const input = { email: "Bob@example.com", password: "MyPwdOfBob" };

describe("registering", () => {
  it("keeps the address as given, the hash, and one event", async () => {
    const ports = memoryPorts();
    expect(await registerUser(ports, input)).toEqual({
      ok: true,
      value: { kind: "created", started: undefined },
    });
    const key = parseEmail(input.email)?.key;
    const found = key && (await ports.users.findCredentialsByEmail(key));
    expect(found?.user).toMatchObject({ email: "Bob@example.com", emailKey: "bob@example.com" });
    expect(found?.passwordHash).not.toBe(input.password);
    const events = found && (await ports.events.list(found.user.id, 10));
    expect(events).toMatchObject([{ type: "user.created", userId: found?.user.id, data: {} }]);
  });

  it("refuses an address that is taken, in any case", async () => {
    const ports = memoryPorts();
    await registerUser(ports, input);
    const again = await registerUser(ports, { ...input, email: "bOB@EXAMPLE.com" });
    expect(again).toEqual({ ok: false, error: "email_already_registered" });
  });

  it("says the same for a taken address when disclosure is closed, and changes nothing", async () => {
    const ports = memoryPorts({ policy: strictPolicy });
    const accepted = { ok: true, value: { kind: "accepted" } };
    expect(await registerUser(ports, input)).toEqual(accepted);
    expect(await registerUser(ports, { ...input, password: "another one" })).toEqual(accepted);
    const key = parseEmail(input.email)?.key;
    const found = key && (await ports.users.findCredentialsByEmail(key));
    expect(found?.passwordHash).toContain(input.password);
    const events = found && (await ports.events.list(found.user.id, 10));
    expect(events?.map(({ type }) => type)).toEqual([
      "user.created",
      "user.email_verification_requested",
    ]);
  });

  it("hashes once for a free and for a taken address", async () => {
    const ports = memoryPorts();
    const hashed: string[] = [];
    const hash: typeof ports.hasher.hash = (password) => {
      hashed.push(password);
      return ports.hasher.hash(password);
    };
    const counting = { ...ports, hasher: { ...ports.hasher, hash } };
    await registerUser(counting, input);
    await registerUser(counting, { ...input, password: "another one" });
    expect(hashed).toEqual([input.password, "another one"]);
  });

  it.each([
    [{ email: "bob" }, "email_invalid"],
    [{ password: "" }, "password_too_short"],
    [{ password: "x".repeat(73) }, "password_too_long"],
    [{ password: "a\0b" }, "password_malformed"],
  ])("refuses %o as %s, without hashing", async (wrong, error) => {
    const ports = memoryPorts();
    let hashes = 0;
    const hash: typeof ports.hasher.hash = (password) => {
      hashes += 1;
      return ports.hasher.hash(password);
    };
    const counting = { ...ports, hasher: { ...ports.hasher, hash } };
    expect(await registerUser(counting, { ...input, ...wrong })).toEqual({ ok: false, error });
    expect(hashes).toBe(0);
  });

  it("refuses under the strict policy a password that is short or is the address", async () => {
    const ports = memoryPorts({ policy: strictPolicy });
    const refusal = async (password: string) => {
      const result = await registerUser(ports, { email: "bob.builder@example.com", password });
      return result.ok ? undefined : result.error;
    };
    expect(await refusal("1234567")).toBe("password_too_short");
    expect(await refusal("Bob.Builder")).toBe("password_too_easy");
    expect(await refusal("12345678")).toBe("password_common");
    expect(await refusal("twelve tortoises")).toBeUndefined();
  });
});
