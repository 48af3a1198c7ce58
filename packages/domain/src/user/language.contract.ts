import { describe, expect, it } from "vitest";
import { parseLanguage } from "../language.ts";
import { aHash, aSessionRef, aUser, revocationOf, type UserWorld } from "./user.fixture.ts";

/** Every UserStore keeps a user's language, and changes it only for a valid session. */
export function languageContract(open: () => Promise<UserWorld>): void {
  describe("the language of a user", () => {
    const de = parseLanguage("de");
    const fr = parseLanguage("fr");
    if (!de || !fr) throw new Error("no languages");

    it("is kept from registration, and replaced by a session of the user", async () => {
      const { users } = await open();
      const user = await aUser(users, { language: de });
      expect(user.language).toBe("de");
      expect((await aUser(users)).language).toBeUndefined();
      const changed = await users.setLanguage(aSessionRef(user), fr);
      expect(changed).toMatchObject({ language: "fr", epoch: 0, revision: 0 });
      expect(await users.findById(user.id)).toEqual(changed);
    });

    it("is not changed for a session that was revoked, of another epoch, or of a disabled user", async () => {
      const { users, events } = await open();
      const user = await aUser(users, { language: de });
      const revoked = aSessionRef(user);
      await events.append([revocationOf(revoked)]);
      expect(await users.setLanguage(revoked, fr)).toBeUndefined();
      const later = { ...aSessionRef(user), epoch: 1 };
      expect(await users.setLanguage(later, fr)).toBeUndefined();
      const disabled = await users.disable(user.id, []);
      expect(await users.setLanguage(later, fr)).toBeUndefined();
      expect(await users.findById(user.id)).toEqual(disabled);
    });

    it("that a stranger chose ends with the first proof of the owner, and with no later one", async () => {
      const { users } = await open();
      const reset = { passwordHash: aHash("second"), verifiesEmail: true };
      const user = await aUser(users, { language: de });
      const first = { ...reset, userId: user.id, expectedEpoch: 0, language: fr };
      expect((await users.replacePassword(first, []))?.language).toBe("fr");
      const second = { ...reset, userId: user.id, expectedEpoch: 1, language: de };
      expect((await users.replacePassword(second, []))?.language).toBe("fr");
      const other = await aUser(users, { language: de });
      const change = { ...reset, userId: other.id, verifiesEmail: false, language: fr };
      expect((await users.replacePassword({ ...change, expectedEpoch: 0 }, []))?.language).toBe(
        "de",
      );
    });

    it("that a stranger chose ends with a link that clears the password", async () => {
      const { users } = await open();
      for (const [keepsPassword, language] of [
        [true, "de"],
        [false, "fr"],
      ] as const) {
        const user = await aUser(users, { language: de });
        const link = { userId: user.id, expectedEpoch: 0, keepsPassword, language: fr };
        expect((await users.verifyEmail(link, []))?.language).toBe(language);
      }
    });
  });
}
