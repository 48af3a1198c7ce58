import { describe, expect, it } from "vitest";
import { actingSessionContract } from "./acting-session.contract.ts";
import { aHash, aNewUser, anEvent, aUser, type UserWorld } from "./user.fixture.ts";
import { languageContract } from "./language.contract.ts";
import { verificationContract } from "./verification.contract.ts";

const RACERS = 20;

/**
 * What every UserStore does.
 *
 * @example
 *   describe("users", () => userStoreContract(async () => ({ users, events })));
 */
export function userStoreContract(open: () => Promise<UserWorld>): void {
  describe("create", () => {
    it("keeps the user at epoch 0, to be found by id and by e-mail key", async () => {
      const { users } = await open();
      const given = aNewUser();
      const user = await users.create(given, []);
      expect(user).toMatchObject({ id: given.id, email: given.email, epoch: 0, revision: 0 });
      expect(await users.findById(given.id)).toEqual(user);
      expect(await users.findByEmail(given.emailKey)).toEqual(user);
      expect(user).not.toHaveProperty("passwordHash");
    });

    it("keeps the event with the user", async () => {
      const { users, events } = await open();
      const given = aNewUser();
      const event = anEvent(given.id);
      await users.create(given, [event]);
      expect(await events.list(given.id, 10)).toEqual([event]);
    });

    it("stores `eventsIfTaken` instead of `events` when the address is taken", async () => {
      const { users, events } = await open();
      const first = await aUser(users);
      const second = aNewUser({ emailKey: first.emailKey });
      const [created, ifTaken] = [anEvent(second.id), anEvent(first.id)];
      expect(await users.create(second, [created], [ifTaken])).toBeUndefined();
      expect(await events.find(created.id)).toBeUndefined();
      expect(await events.find(ifTaken.id)).toEqual(ifTaken);
      const third = aNewUser();
      const kept = anEvent(third.id);
      await users.create(third, [kept], [anEvent(third.id)]);
      expect(await events.list(third.id, 10)).toEqual([kept]);
    });

    it("lets one of many simultaneous registrations of an address win, with one event", async () => {
      const { users, events } = await open();
      const { emailKey } = aNewUser();
      const racers = Array.from({ length: RACERS }, () => aNewUser({ emailKey }));
      const created = await Promise.all(
        racers.map((racer) => users.create(racer, [anEvent(racer.id)])),
      );
      const winners = created.filter((user) => user !== undefined);
      expect(winners).toHaveLength(1);
      const kept = await Promise.all(racers.map(({ id }) => events.list(id, 10)));
      expect(kept.flat()).toHaveLength(1);
      expect(kept.flat()[0]?.userId).toBe(winners[0]?.id);
    });
  });

  describe("finding", () => {
    it("finds no user by an unknown id or e-mail key", async () => {
      const { users } = await open();
      await aUser(users);
      const { id, emailKey } = aNewUser();
      expect(await users.findById(id)).toBeUndefined();
      expect(await users.findByEmail(emailKey)).toBeUndefined();
      expect(await users.findCredentialsByEmail(emailKey)).toBeUndefined();
    });

    it("gives the hash with the credentials, and none to a user without a password", async () => {
      const { users } = await open();
      const user = await aUser(users, { passwordHash: aHash("kept") });
      const kept = { user, passwordHash: aHash("kept") };
      expect(await users.findCredentialsByEmail(user.emailKey)).toEqual(kept);
      expect(await users.findCredentialsById(user.id)).toEqual(kept);
      expect(await users.findCredentialsById(aNewUser().id)).toBeUndefined();
      const bare = await aUser(users, { passwordHash: undefined });
      const credentials = await users.findCredentialsByEmail(bare.emailKey);
      expect(credentials).toEqual({ user: bare, passwordHash: undefined });
    });
  });

  describe("replacePassword", () => {
    it("replaces the hash, raises epoch and revision, and keeps the event", async () => {
      const { users, events } = await open();
      const user = await aUser(users);
      const event = anEvent(user.id);
      const change = { userId: user.id, expectedEpoch: 0, passwordHash: aHash("second") };
      const renewed = await users.replacePassword(change, [event]);
      expect(renewed).toMatchObject({ id: user.id, epoch: 1, revision: 1 });
      expect(await users.findById(user.id)).toEqual(renewed);
      expect((await users.findCredentialsByEmail(user.emailKey))?.passwordHash).toBe(
        aHash("second"),
      );
      expect(await events.list(user.id, 10)).toEqual([event]);
    });

    it("refuses another epoch than the user's, and keeps neither hash nor event", async () => {
      const { users, events } = await open();
      const user = await aUser(users);
      for (const expectedEpoch of [-1, 1]) {
        const change = { userId: user.id, expectedEpoch, passwordHash: aHash("second") };
        expect(await users.replacePassword(change, [anEvent(user.id)])).toBeUndefined();
      }
      expect(await users.findById(user.id)).toEqual(user);
      expect((await users.findCredentialsByEmail(user.emailKey))?.passwordHash).toBe(aHash());
      expect(await events.list(user.id, 10)).toEqual([]);
    });

    it("refuses a disabled user, even with the right epoch", async () => {
      const { users } = await open();
      const user = await aUser(users);
      await users.disable(user.id, []);
      const change = { userId: user.id, expectedEpoch: 1, passwordHash: aHash("second") };
      expect(await users.replacePassword(change, [])).toBeUndefined();
    });

    it("lets one of many simultaneous password changes win, with one event", async () => {
      const { users, events } = await open();
      const user = await aUser(users);
      const racers = Array.from({ length: RACERS }, (_, index) => aHash(`racer ${index}`));
      const results = await Promise.all(
        racers.map((passwordHash) =>
          users.replacePassword({ userId: user.id, expectedEpoch: 0, passwordHash }, [
            anEvent(user.id),
          ]),
        ),
      );
      const winner = results.findIndex((result) => result !== undefined);
      expect(results.filter((result) => result !== undefined)).toHaveLength(1);
      expect((await users.findCredentialsByEmail(user.emailKey))?.passwordHash).toBe(
        racers[winner],
      );
      expect(await events.list(user.id, 100)).toHaveLength(1);
    });
  });

  describe("rehash", () => {
    it("replaces the hash and raises the revision, but not the epoch", async () => {
      const { users } = await open();
      const user = await aUser(users);
      const rehash = { userId: user.id, expectedEpoch: 0, expectedHash: aHash() };
      const renewed = await users.rehash({ ...rehash, passwordHash: aHash("anew") });
      expect(renewed).toMatchObject({ epoch: 0, revision: 1 });
      expect((await users.findCredentialsByEmail(user.emailKey))?.passwordHash).toBe(aHash("anew"));
    });

    it("cannot bring an old password back after a reset", async () => {
      const { users } = await open();
      const user = await aUser(users);
      const change = { userId: user.id, expectedEpoch: 0, passwordHash: aHash("second") };
      await users.replacePassword(change, []);
      const stale = { userId: user.id, expectedHash: aHash(), passwordHash: aHash("anew") };
      expect(await users.rehash({ ...stale, expectedEpoch: 0 })).toBeUndefined();
      expect(await users.rehash({ ...stale, expectedEpoch: 1 })).toBeUndefined();
      expect((await users.findCredentialsByEmail(user.emailKey))?.passwordHash).toBe(
        aHash("second"),
      );
    });

    it("replaces only the very hash that was read", async () => {
      const { users } = await open();
      const user = await aUser(users);
      const rehash = { userId: user.id, expectedEpoch: 0, expectedHash: aHash("other") };
      expect(await users.rehash({ ...rehash, passwordHash: aHash("anew") })).toBeUndefined();
    });
  });

  describe("disable and enable", () => {
    it("raises the epoch when disabling, and not when enabling", async () => {
      const { users, events } = await open();
      const user = await aUser(users);
      const [off, on] = [anEvent(user.id), anEvent(user.id)];
      const disabled = await users.disable(user.id, [off]);
      expect(disabled).toMatchObject({ epoch: 1, revision: 1, disabledAt: expect.any(Date) });
      const enabled = await users.enable(user.id, [on]);
      expect(enabled).toMatchObject({ epoch: 1, revision: 2, disabledAt: undefined });
      expect(await users.findById(user.id)).toEqual(enabled);
      expect(await events.list(user.id, 10)).toEqual([off, on]);
    });

    it("changes nothing and keeps no event the second time, or for an unknown user", async () => {
      const { users, events } = await open();
      const user = await aUser(users);
      const nobody = aNewUser();
      expect(await users.enable(user.id, [anEvent(user.id)])).toBeUndefined();
      await users.disable(user.id, []);
      expect(await users.disable(user.id, [anEvent(user.id)])).toBeUndefined();
      expect(await users.disable(nobody.id, [anEvent(nobody.id)])).toBeUndefined();
      expect(await users.enable(nobody.id, [anEvent(nobody.id)])).toBeUndefined();
      expect(await events.list(user.id, 10)).toEqual([]);
      expect(await events.list(nobody.id, 10)).toEqual([]);
    });
  });

  describe("delete", () => {
    it("removes the user and keeps the event", async () => {
      const { users, events } = await open();
      const user = await aUser(users);
      const event = anEvent(user.id);
      expect(await users.delete(user.id, [event])).toBe(true);
      expect(await users.findById(user.id)).toBeUndefined();
      expect(await users.findByEmail(user.emailKey)).toBeUndefined();
      expect(await events.list(user.id, 10)).toEqual([event]);
      expect(await users.delete(user.id, [anEvent(user.id)])).toBe(false);
      expect(await events.list(user.id, 10)).toEqual([event]);
      expect(await users.create(aNewUser({ emailKey: user.emailKey }), [])).toBeDefined();
    });
  });

  describe("endSessions", () => {
    it("raises the epoch of every listed user, in any state, and keeps the events of those that exist", async () => {
      const { users, events } = await open();
      const [one, off, bystander] = [await aUser(users), await aUser(users), await aUser(users)];
      await users.disable(off.id, []);
      const nobody = aNewUser().id;
      const ids = [one.id, off.id, nobody];
      const raised = await users.endSessions(
        ids,
        ids.map((id) => anEvent(id)),
      );
      expect(raised.map(({ id, epoch, revision }) => ({ id, epoch, revision }))).toEqual(
        expect.arrayContaining([
          { id: one.id, epoch: 1, revision: 1 },
          { id: off.id, epoch: 2, revision: 2 },
        ]),
      );
      expect(raised).toHaveLength(2);
      expect(await users.findById(bystander.id)).toEqual(bystander);
      const kept = await Promise.all([...ids, bystander.id].map((id) => events.list(id, 10)));
      expect(kept.map((list) => list.length)).toEqual([1, 1, 0, 0]);
      expect(await users.endSessions([], [])).toEqual([]);
    });
  });

  describe("list", () => {
    it("gives every user once, page by page", async () => {
      const { users } = await open();
      const made = [await aUser(users), await aUser(users), await aUser(users)];
      const found: string[] = [];
      let page = await users.list({ limit: 2 });
      while (page.length > 0) {
        found.push(...page.map(({ id }) => id));
        const last = page.at(-1);
        page = last ? await users.list({ after: last.id, limit: 2 }) : [];
      }
      expect(found).toEqual(expect.arrayContaining(made.map(({ id }) => id)));
      expect(new Set(found).size).toBe(found.length);
      expect(found.toSorted()).toEqual(found);
    });
  });

  actingSessionContract(open);
  languageContract(open);
  verificationContract(open);
}
