import { expect, it } from "vitest";
import type { TokenClaim, TokenHash } from "./token.ts";
import { anEvent, aTokenHash, aUser } from "../user/user.fixture.ts";
import type { UserStore } from "../user/user-store.ts";
import type { TokenStore } from "./token-store.ts";

export interface TokenWorld {
  readonly tokens: TokenStore;
  readonly users: UserStore;
  /** Lets `ms` pass by the token store's clock. */
  pass(ms: number): Promise<void>;
}

const MINUTE_MS = 60_000;

/**
 * What every TokenStore does.
 *
 * @example
 *   describe("tokens", () => tokenStoreContract(async () => ({ tokens, users, pass })));
 */
export function tokenStoreContract(open: () => Promise<TokenWorld>): void {
  async function aClaim(users: UserStore): Promise<TokenClaim> {
    const user = await aUser(users);
    const { id: userId, epoch } = user;
    return { purpose: "password_reset", userId, epoch, byMail: false };
  }

  it("finds a claim again, as often as it is asked", async () => {
    const { tokens, users } = await open();
    const [hash, claim] = [aTokenHash(), await aClaim(users)];
    await tokens.put(hash, claim, MINUTE_MS);
    await tokens.put(hash, claim, MINUTE_MS);
    expect(await tokens.find("password_reset", hash)).toEqual(claim);
    expect(await tokens.find("password_reset", hash)).toEqual(claim);
  });

  it("finds nothing by a hash it was never given", async () => {
    const { tokens, users } = await open();
    await tokens.put(aTokenHash(), await aClaim(users), MINUTE_MS);
    expect(await tokens.find("password_reset", aTokenHash())).toBeUndefined();
    expect(await tokens.find("password_reset", "" as TokenHash)).toBeUndefined();
  });

  it("finds no claim after it expired", async () => {
    const { tokens, users, pass } = await open();
    const hash = aTokenHash();
    await tokens.put(hash, await aClaim(users), 30);
    await pass(40);
    expect(await tokens.find("password_reset", hash)).toBeUndefined();
  });

  it("keeps all that a claim says, and finds it for its own purpose alone", async () => {
    const { tokens, users } = await open();
    const claim = await aClaim(users);
    const [reset, change] = [aTokenHash(), aTokenHash()];
    await tokens.put(reset, { ...claim, byMail: true }, MINUTE_MS);
    const changeId = anEvent(claim.userId).id;
    const ofChange = { ...claim, purpose: "email_change", byMail: true, changeId } as const;
    await tokens.put(change, ofChange, MINUTE_MS);
    expect(await tokens.find("password_reset", reset)).toEqual({ ...claim, byMail: true });
    expect(await tokens.find("email_change", change)).toEqual(ofChange);
    expect(await tokens.find("email_verification", change)).toBeUndefined();
    expect(await tokens.find("password_reset", change)).toBeUndefined();
  });

  it("keeps several tokens of one user apart", async () => {
    const { tokens, users } = await open();
    const claim = await aClaim(users);
    const hashes = [aTokenHash(), aTokenHash()];
    for (const hash of hashes) await tokens.put(hash, claim, MINUTE_MS);
    for (const hash of hashes) expect(await tokens.find("password_reset", hash)).toEqual(claim);
  });

  it("replaces the earlier token of the same user and purpose, and no other", async () => {
    const { tokens, users } = await open();
    const [claim, other] = [await aClaim(users), await aClaim(users)];
    const [first, second, added, theirs, link] = [1, 2, 3, 4, 5].map(aTokenHash) as Hashes;
    const ofLink = { ...claim, purpose: "email_verification" } as const;
    await tokens.put(added, claim, MINUTE_MS);
    await tokens.replace(theirs, other, MINUTE_MS);
    await tokens.replace(link, ofLink, MINUTE_MS);
    await tokens.replace(first, claim, MINUTE_MS);
    expect(await tokens.find("password_reset", first)).toEqual(claim);
    await tokens.replace(second, claim, MINUTE_MS);
    expect(await tokens.find("password_reset", first)).toBeUndefined();
    expect(await tokens.find("password_reset", second)).toEqual(claim);
    expect(await tokens.find("password_reset", added)).toEqual(claim);
    expect(await tokens.find("password_reset", theirs)).toEqual(other);
    expect(await tokens.find("email_verification", link)).toEqual(ofLink);
  });

  it("replaces all that the earlier claim says", async () => {
    const { tokens, users } = await open();
    const claim = await aClaim(users);
    const [first, second] = [aTokenHash(), aTokenHash()];
    const earlier = { ...claim, byMail: true, changeId: anEvent(claim.userId).id };
    await tokens.replace(first, earlier, MINUTE_MS);
    expect(await tokens.find("password_reset", first)).toEqual(earlier);
    const later = { ...claim, epoch: claim.epoch + 1 };
    await tokens.replace(second, later, MINUTE_MS);
    expect(await tokens.find("password_reset", second)).toEqual(later);
  });

  it("keeps a token that replaced another one for its whole time", async () => {
    const { tokens, users, pass } = await open();
    const claim = await aClaim(users);
    const [first, second] = [aTokenHash(), aTokenHash()];
    await tokens.replace(first, claim, 30);
    await tokens.replace(second, claim, 600);
    await pass(350);
    expect(await tokens.find("password_reset", second)).toEqual(claim);
    await pass(300);
    expect(await tokens.find("password_reset", second)).toBeUndefined();
  });

  it("replaces the earlier token even if it has the later expiry", async () => {
    const { tokens, users, pass } = await open();
    const claim = await aClaim(users);
    const [long, short] = [aTokenHash(), aTokenHash()];
    await tokens.replace(long, claim, MINUTE_MS);
    await tokens.replace(short, claim, 30);
    await pass(40);
    expect(await tokens.find("password_reset", long)).toBeUndefined();
    expect(await tokens.find("password_reset", short)).toBeUndefined();
  });

  it("keeps one of many tokens that replace each other at once", async () => {
    const { tokens, users } = await open();
    const claim = await aClaim(users);
    const hashes = Array.from({ length: 20 }, () => aTokenHash());
    await Promise.all(hashes.map((hash) => tokens.replace(hash, claim, MINUTE_MS)));
    const found = await Promise.all(hashes.map((hash) => tokens.find("password_reset", hash)));
    expect(found.filter((one) => one !== undefined)).toEqual([claim]);
  });
}

type Hashes = [TokenHash, TokenHash, TokenHash, TokenHash, TokenHash];
