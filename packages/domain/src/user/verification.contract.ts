import { describe, expect, it } from "vitest";
import type { TokenHash } from "../token/token.ts";
import { aHash, aNewUser, anEvent, aTokenHash, aUser, type UserWorld } from "./user.fixture.ts";

/** What every UserStore does about addresses that are verified, or are not in time. */
export function verificationContract(open: () => Promise<UserWorld>): void {
  describe("verifyEmail", () => {
    it("notes it and keeps password and epoch, with the event", async () => {
      const { users, events } = await open();
      const { id: userId } = await aUser(users);
      const event = anEvent(userId);
      const change = { userId, expectedEpoch: 0, keepsPassword: true };
      const verified = await users.verifyEmail(change, [event]);
      expect(verified).toMatchObject({ epoch: 0, revision: 1, emailVerifiedAt: expect.any(Date) });
      expect(await users.findCredentialsById(userId)).toEqual({
        user: verified,
        passwordHash: aHash(),
      });
      expect(await users.verifyEmail(change, [anEvent(userId)])).toBeUndefined();
      expect(await events.list(userId, 10)).toEqual([event]);
    });

    it("clears an unproved password and raises the epoch", async () => {
      const { users } = await open();
      const { id: userId } = await aUser(users);
      const change = { userId, expectedEpoch: 0, keepsPassword: false };
      const verified = await users.verifyEmail(change, []);
      expect(verified).toMatchObject({ epoch: 1, revision: 1, emailVerifiedAt: expect.any(Date) });
      const credentials = await users.findCredentialsById(userId);
      expect(credentials).toEqual({ user: verified, passwordHash: undefined });
    });

    it("ends the repeated answer of an earlier reset when it clears the password", async () => {
      const { users } = await open();
      const { id: userId } = await aUser(users);
      const idempotencyHash = `${aTokenHash().slice(0, 42)}A` as TokenHash;
      const reset = { userId, expectedEpoch: 0, passwordHash: aHash("second"), idempotencyHash };
      await users.replacePassword(reset, []);
      await users.verifyEmail({ userId, expectedEpoch: 1, keepsPassword: false }, []);
      expect(await users.findByIdempotencyHash(userId, idempotencyHash)).toBeUndefined();
    });

    it("refuses another epoch, and a disabled user", async () => {
      const { users } = await open();
      const { id: userId } = await aUser(users);
      const change = { userId, keepsPassword: false };
      expect(await users.verifyEmail({ ...change, expectedEpoch: 1 }, [])).toBeUndefined();
      await users.disable(userId, []);
      expect(await users.verifyEmail({ ...change, expectedEpoch: 1 }, [])).toBeUndefined();
      expect((await users.findById(userId))?.emailVerifiedAt).toBeUndefined();
    });

    it("lets one of many win, whether they keep the password or not", async () => {
      const { users, events } = await open();
      const { id: userId } = await aUser(users);
      const racers = Array.from({ length: 20 }, (_, index) => {
        const change = { userId, expectedEpoch: 0, keepsPassword: index % 2 === 0 };
        return users.verifyEmail(change, [anEvent(userId)]);
      });
      const winners = (await Promise.all(racers)).filter((user) => user !== undefined);
      expect(winners).toHaveLength(1);
      expect(await events.list(userId, 100)).toHaveLength(1);
      const { passwordHash } = (await users.findCredentialsById(userId)) ?? {};
      expect(passwordHash).toBe(winners[0]?.epoch === 0 ? aHash() : undefined);
    });
  });

  describe("a change of password", () => {
    it("verifies the address where it shows control of it, and only then, and only once", async () => {
      const { users } = await open();
      const user = await aUser(users);
      const change = (expectedEpoch: number, verifiesEmail: boolean) =>
        users.replacePassword(
          { userId: user.id, expectedEpoch, passwordHash: aHash(), verifiesEmail },
          [],
        );
      expect((await change(0, false))?.emailVerifiedAt).toBeUndefined();
      const verified = await change(1, true);
      expect(verified?.emailVerifiedAt).toBeInstanceOf(Date);
      expect((await change(2, true))?.emailVerifiedAt).toEqual(verified?.emailVerifiedAt);
    });

    it("is found again by its idempotencyHash until the next change", async () => {
      const { users } = await open();
      const user = await aUser(users);
      const idempotencyHash = `${aTokenHash().slice(0, 42)}A` as TokenHash;
      const change = { userId: user.id, passwordHash: aHash() };
      const changed = await users.replacePassword(
        { ...change, expectedEpoch: 0, idempotencyHash },
        [],
      );
      expect(await users.findByIdempotencyHash(user.id, idempotencyHash)).toEqual(changed);
      const other = `${aTokenHash().slice(0, 42)}A` as TokenHash;
      expect(await users.findByIdempotencyHash(user.id, other)).toBeUndefined();
      expect(
        await users.findByIdempotencyHash((await aUser(users)).id, idempotencyHash),
      ).toBeUndefined();
      await users.endSessions([user.id], []);
      expect((await users.findByIdempotencyHash(user.id, idempotencyHash))?.epoch).toBe(2);
      await users.replacePassword({ ...change, expectedEpoch: 2 }, []);
      expect(await users.findByIdempotencyHash(user.id, idempotencyHash)).toBeUndefined();
    });
  });

  describe("users who do not verify in time", () => {
    it("are listed and deleted, with the event; others are not", async () => {
      const { users, events } = await open();
      const late = await aUser(users, { verifyWithinMs: -1 });
      const spared = [
        await aUser(users, { verifyWithinMs: 60_000 }),
        await aUser(users),
        await aUser(users, { verifyWithinMs: -1 }),
      ];
      const change = { userId: spared[2]?.id ?? late.id, expectedEpoch: 0, keepsPassword: true };
      await users.verifyEmail(change, []);
      const listed = (await users.listUnverified(1_000)).map(({ id }) => id);
      expect(listed).toContain(late.id);
      for (const { id } of spared) {
        expect(listed).not.toContain(id);
        expect(await users.deleteUnverified(id, [anEvent(id)])).toBe(false);
        expect(await users.findById(id)).toBeDefined();
        expect(await events.list(id, 10)).toEqual([]);
      }
      const event = anEvent(late.id);
      expect(await users.deleteUnverified(late.id, [event])).toBe(true);
      expect(await users.deleteUnverified(late.id, [anEvent(late.id)])).toBe(false);
      expect(await users.findById(late.id)).toBeUndefined();
      expect(await events.list(late.id, 10)).toEqual([event]);
      expect(await users.deleteUnverified(aNewUser().id, [])).toBe(false);
    });
  });
}
