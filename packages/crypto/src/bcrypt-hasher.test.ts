import { hash as bcrypt, verify as bcryptVerify } from "@node-rs/bcrypt";
import type { Password, PasswordHash } from "@postern/domain";
import { passwordHasherContract } from "@postern/domain/contract";
import { describe, expect, it } from "vitest";
import { bcryptHasher, dummyHash } from "./bcrypt-hasher.ts";
import { hashGate } from "./hash-gate.ts";

const gate = hashGate({ atOnce: 2, maxWaitMs: 60_000, expectedMs: 1 });
const hasher = (cost: number) => bcryptHasher({ cost, gate });
const password = "correct horse" as Password;

describe("bcrypt hasher", () => {
  passwordHasherContract((cost) => hasher(cost === "small" ? 4 : 5));

  it.each(["$2a$", "$2b$", "$2y$"])("verifies an imported %s hash", async (prefix) => {
    const imported = (prefix + (await bcrypt(password, 4)).slice(4)) as PasswordHash;
    expect(await hasher(4).verify(password, imported)).toBe(true);
    expect(await hasher(4).verify("wrong" as Password, imported)).toBe(false);
    expect(hasher(4).isOutdated(imported)).toBe(prefix !== "$2b$");
  });

  it("refuses a stored hash whose cost would hold a CPU for minutes, without trying it", async () => {
    const hostile = dummyHash(31) as PasswordHash;
    expect(await hasher(4).verify("nobody" as Password, hostile)).toBe(false);
  });

  it("has a dummy that bcrypt takes for a real hash, so that it costs as much as one", async () => {
    expect(await bcryptVerify("nobody", dummyHash(4))).toBe(true);
  });

  it("lets nobody in by the dummy's own password", async () => {
    expect(await hasher(4).verify("nobody" as Password, undefined)).toBe(false);
  });
});
