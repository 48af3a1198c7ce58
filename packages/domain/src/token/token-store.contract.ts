import { expect, it } from "vitest";
import type { TokenHash } from "./token-factory.ts";
import { anEvent, aTokenHash, aUser } from "../user/user.fixture.ts";
import type { UserStore } from "../user/user-store.ts";
import type { TokenClaim, TokenStore } from "./token-store.ts";

export interface TokenWorld {
  readonly tokens: TokenStore;
  readonly users: UserStore;
  /** Lets `ms` pass by the token store's clock. */
  pass(ms: number): Promise<void>;
}

const MINUTE_MS = 60_000;

/** What every TokenStore does, whatever it is built on. */
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

  it("forgets a claim when its time is over", async () => {
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
}
