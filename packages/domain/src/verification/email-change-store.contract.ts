import { expect, it } from "vitest";
import { parseLanguage } from "../language.ts";
import { memoryIds } from "../memory.ts";
import type { TokenHash } from "../token/token.ts";
import {
  aHash,
  aNewUser,
  anEvent,
  aSessionRef,
  aTokenHash,
  aUser,
  type UserWorld,
} from "../user/user.fixture.ts";
import type { User } from "../user/user.ts";
import type { EmailChangeStore } from "./email-change-store.ts";

export type EmailChangeWorld = UserWorld & { readonly emailChanges: EmailChangeStore };

const ids = memoryIds();
const HOUR_MS = 3_600_000;
const RACERS = 20;

/**
 * What every EmailChangeStore does.
 *
 * @example
 *   const open = async () => ({ users, events, emailChanges });
 *   describe("e-mail changes", () => emailChangeStoreContract(open));
 */
export function emailChangeStoreContract(open: () => Promise<EmailChangeWorld>): void {
  /** Proposes an address, by default a new one, and returns the stored change. */
  async function proposed(
    { emailChanges }: EmailChangeWorld,
    user: User,
    { emailKey } = aNewUser(),
  ) {
    const event = anEvent(user.id);
    const proposal = { id: event.id, email: emailKey.toUpperCase(), emailKey, ttlMs: HOUR_MS };
    expect(await emailChanges.propose(aSessionRef(user), proposal, [event])).toBe(true);
    const change = await emailChanges.find(event.id);
    if (!change) throw new Error("the proposal was not stored");
    return { ...change, keepsPassword: true };
  }

  type Proposed = Awaited<ReturnType<typeof proposed>>;

  it("clears an unproved password, and checks that the acting session is valid", async () => {
    const world = await open();
    const { id: userId } = await aUser(world.users);
    const idempotencyHash = `${aTokenHash().slice(0, 42)}A` as TokenHash;
    const reset = { userId, expectedEpoch: 0, passwordHash: aHash(), idempotencyHash };
    const user = await world.users.replacePassword(reset, []);
    if (!user) throw new Error("the password was not replaced");
    const language = parseLanguage("fr");
    const change = { ...(await proposed(world, user)), keepsPassword: false, language };
    const actingSession = { ...aSessionRef(user), epoch: 2 };
    expect(await world.emailChanges.confirm({ ...change, actingSession }, [])).toBeUndefined();
    await world.emailChanges.confirm({ ...change, actingSession: aSessionRef(user) }, []);
    const credentials = await world.users.findCredentialsById(user.id);
    expect(credentials).toMatchObject({ user: { email: change.email, epoch: 2, language: "fr" } });
    expect(credentials?.passwordHash).toBeUndefined();
    expect(await world.users.findByIdempotencyHash(user.id, idempotencyHash)).toBeUndefined();
  });

  it("stores the proposal with its event, and changes nothing yet", async () => {
    const world = await open();
    const user = await aUser(world.users);
    const change = await proposed(world, user);
    expect(change).toMatchObject({ userId: user.id, epoch: 0 });
    const { keepsPassword: _, ...kept } = change;
    expect(await world.emailChanges.list(user.id)).toEqual([kept]);
    expect(await world.users.findById(user.id)).toEqual(user);
    expect(await world.events.list(user.id, 10)).toHaveLength(1);
    expect(await world.emailChanges.find(ids.eventId())).toBeUndefined();
  });

  it("stores nothing for a session of another epoch, and finds no expired proposal", async () => {
    const world = await open();
    const user = await aUser(world.users);
    const proposal = { ...aNewUser(), id: ids.eventId(), ttlMs: HOUR_MS };
    const otherEpoch = { ...aSessionRef(user), epoch: 1 };
    expect(await world.emailChanges.propose(otherEpoch, proposal, [anEvent(user.id)])).toBe(false);
    expect(await world.emailChanges.find(proposal.id)).toBeUndefined();
    expect(await world.events.list(user.id, 10)).toEqual([]);
    const expired = { ...proposal, ttlMs: -1 };
    expect(await world.emailChanges.propose(aSessionRef(user), expired, [])).toBe(true);
    expect(await world.emailChanges.find(expired.id)).toBeUndefined();
    expect(await world.emailChanges.list(user.id)).toEqual([]);
  });

  it("gives the user the address, verified, and raises the epoch, with the event", async () => {
    const world = await open();
    const user = await aUser(world.users);
    const change = await proposed(world, user);
    const changed = await world.emailChanges.confirm(change, [anEvent(user.id)]);
    const { email, emailKey } = change;
    expect(changed).toMatchObject({ id: user.id, email, emailKey, epoch: 1, revision: 1 });
    expect(changed).toMatchObject({ emailVerifiedAt: expect.any(Date) });
    expect(await world.users.findByEmail(emailKey)).toEqual(changed);
    expect(await world.users.findByEmail(user.emailKey)).toBeUndefined();
    expect(await world.events.list(user.id, 10)).toHaveLength(2);
  });

  it("lets one of two pending changes win, so that neither flips the other back", async () => {
    const world = await open();
    const user = await aUser(world.users);
    const [one, other] = [await proposed(world, user), await proposed(world, user)];
    expect(await world.emailChanges.confirm(one, [])).toMatchObject({ email: one.email });
    expect(await world.emailChanges.confirm(other, [anEvent(user.id)])).toBeUndefined();
    expect(await world.emailChanges.confirm(one, [])).toBeUndefined();
    expect((await world.users.findById(user.id))?.email).toBe(one.email);
    expect(await world.events.list(user.id, 10)).toHaveLength(2); // of the two proposals
  });

  it("lets one of many simultaneous confirmations win", async () => {
    const world = await open();
    const user = await aUser(world.users);
    const changes: Proposed[] = [];
    for (let index = 0; index < RACERS; index += 1) changes.push(await proposed(world, user));
    const results = await Promise.all(
      changes.map((change) => world.emailChanges.confirm(change, [])),
    );
    const winners = results.flatMap((result, index) => (result ? [changes[index]?.email] : []));
    expect(winners).toHaveLength(1);
    expect(await world.users.findById(user.id)).toMatchObject({ email: winners[0], epoch: 1 });
  });

  it("gives an address that several want to one of them", async () => {
    const world = await open();
    const wanted = aNewUser();
    const changes: Proposed[] = [];
    for (let index = 0; index < RACERS; index += 1)
      changes.push(await proposed(world, await aUser(world.users), wanted));
    const results = await Promise.all(
      changes.map((change) => world.emailChanges.confirm(change, [anEvent(change.userId)])),
    );
    const taken = results.filter((result) => result === "email_taken");
    expect(taken).toHaveLength(RACERS - 1);
    const owner = await world.users.findByEmail(wanted.emailKey);
    const kept = await Promise.all(changes.map(({ userId }) => world.events.list(userId, 10)));
    expect(kept.flat()).toHaveLength(RACERS + 1);
    expect(results).toContainEqual(owner);
  });

  it("refuses a disabled user, and deletes the change with the user", async () => {
    const world = await open();
    const user = await aUser(world.users);
    const change = await proposed(world, user);
    await world.users.disable(user.id, []);
    expect(await world.emailChanges.confirm({ ...change, epoch: 1 }, [])).toBeUndefined();
    await world.users.delete(user.id, []);
    expect(await world.emailChanges.find(change.id)).toBeUndefined();
    expect(await world.emailChanges.confirm(change, [])).toBeUndefined();
  });
}
