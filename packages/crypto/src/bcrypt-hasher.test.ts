import { hash as bcrypt, verify as bcryptVerify } from "@node-rs/bcrypt";
import type { Password, PasswordHash } from "@postern/domain";
import { passwordHasherContract } from "@postern/domain/contract";
import { describe, expect, it } from "vitest";
import { bcryptHasher, dummyHash } from "./bcrypt-hasher.ts";
import { hashGate } from "./hash-gate.ts";
import { nativeBcrypt } from "./native.ts";

const gate = hashGate({ atOnce: 2, maxWaitMs: 60_000, expectedMs: 1 });
const hasher = (cost: number) => bcryptHasher({ cost, gate, bcrypt: nativeBcrypt });
const password = "correct horse" as Password;

describe("bcrypt hasher", () => {
  passwordHasherContract((cost) => hasher(cost === "small" ? 4 : 5));

  it.each(["$2a$", "$2b$", "$2y$"])("verifies an imported %s hash", async (prefix) => {
    const imported = (prefix + (await bcrypt(password, 4)).slice(4)) as PasswordHash;
    expect(await hasher(4).verify(password, imported)).toBe(true);
    expect(await hasher(4).verify("wrong" as Password, imported)).toBe(false);
    expect(hasher(4).isOutdated(imported)).toBe(prefix !== "$2b$");
  });

  it("verifies an imported hash whose spare bits are set", async () => {
    const hash = await bcrypt(password, 4, "0123456789abcdef");
    const spare = (character: string, bits: number) => {
      const alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
      return alphabet.charAt(alphabet.indexOf(character) + bits);
    };
    const salt = hash.slice(0, 28) + spare(hash.charAt(28), 15) + hash.slice(29);
    const digest = hash.slice(0, 59) + spare(hash.charAt(59), 3);
    for (const odd of [salt, digest]) {
      expect(await bcryptVerify(password, odd)).toBe(false); // the library alone refuses it
      expect(await hasher(4).verify(password, odd as PasswordHash)).toBe(true);
      expect(await hasher(4).verify("wrong" as Password, odd as PasswordHash)).toBe(false);
    }
  });

  /** Counts the work of a comparison in units of cost 0. */
  async function workOf(hash: string | undefined, highest: number): Promise<number> {
    let work = 0;
    const counting = {
      hash: bcrypt,
      verify: (given: string, against: string) => {
        work += 2 ** Number(against.slice(4, 6));
        return bcryptVerify(given, against);
      },
    };
    const options = { cost: 5, gate, bcrypt: counting, highestStoredCost: () => highest };
    await bcryptHasher(options).verify(password, hash as PasswordHash | undefined);
    return work;
  }

  it.each([
    [5, 5],
    [4, 5],
    [6, 6],
    [7, 7],
    [12, 7],
  ])(
    "does the same work for every user while a hash of cost %i is stored",
    async (highest, target) => {
      for (const stored of [undefined, "malformed", dummyHash(9)])
        expect(await workOf(stored, highest)).toBe(2 ** target);
      for (const cost of [4, 5, 6, 7].filter((one) => one <= target))
        expect(await workOf(await bcrypt(password, cost), highest)).toBe(2 ** target);
    },
  );

  it("accepts a hash two steps dearer, and none beyond", async () => {
    const stored = async (cost: number) => (await bcrypt(password, cost)) as PasswordHash;
    expect(await hasher(4).verify(password, await stored(6))).toBe(true);
    expect(await hasher(4).verify(password, await stored(7))).toBe(false);
  });

  it("refuses a stored hash whose cost would hold a CPU for minutes, without trying it", async () => {
    const hostile = dummyHash(31) as PasswordHash;
    expect(await hasher(4).verify("nobody" as Password, hostile)).toBe(false);
  });

  it("has a dummy that bcrypt takes for a real hash, so that it costs as much as one", async () => {
    expect(await bcryptVerify("nobody", dummyHash(4))).toBe(true);
  });

  it("accepts nobody by the password of the dummy", async () => {
    expect(await hasher(4).verify("nobody" as Password, undefined)).toBe(false);
  });
});
