import { expect, it } from "vitest";
import type { UserId } from "../ids.ts";
import type { FailureCounter } from "./failure-counter.ts";

let count = 0;
const aKey = () => `key ${(count += 1)} ${Math.random()}`;

/**
 * What every FailureCounter does. `aUserId` returns the id of a stored user.
 *
 * @example
 *   describe("failures", () => failureCounterContract(async () => ({ counter, aUserId })));
 */
export function failureCounterContract(
  open: () => Promise<{ counter: FailureCounter; aUserId(): Promise<UserId> }>,
): void {
  it("counts up to the cap, and not beyond it", async () => {
    const { counter } = await open();
    const key = aKey();
    const reserved = [];
    for (let index = 0; index < 4; index += 1)
      reserved.push(await counter.reserve(key, 3, undefined));
    expect(reserved).toEqual([true, true, true, false]);
    await counter.release(key);
    expect(await counter.reserve(key, 3, undefined)).toBe(true);
    expect(await counter.reserve(key, 3, undefined)).toBe(false);
  });

  it("of 200 calls at once lets as many pass as the cap says", async () => {
    const { counter } = await open();
    const key = aKey();
    const calls = Array.from({ length: 200 }, () => counter.reserve(key, 10, undefined));
    expect((await Promise.all(calls)).filter(Boolean)).toHaveLength(10);
  });

  it("starts from zero after a right password, for this key only", async () => {
    const { counter } = await open();
    const [key, other] = [aKey(), aKey()];
    for (const one of [key, other]) await counter.reserve(one, 1, undefined);
    await counter.reset(key);
    expect(await counter.reserve(key, 1, undefined)).toBe(true);
    expect(await counter.reserve(other, 1, undefined)).toBe(false);
  });

  it("starts from zero for everything of a user, and nobody else", async () => {
    const { counter, aUserId } = await open();
    const [bob, eve] = [await aUserId(), await aUserId()];
    const [first, second, hers] = [aKey(), aKey(), aKey()];
    await counter.reserve(first, 1, bob);
    await counter.reserve(second, 1, undefined); // before the user existed
    await counter.reserve(second, 2, bob);
    await counter.reserve(hers, 1, eve);
    expect([...(await counter.list(bob))].toSorted((one, other) => one - other)).toEqual([1, 2]);
    await counter.resetUser(bob);
    expect(await counter.list(bob)).toEqual([]);
    expect(await counter.list(eve)).toEqual([1]);
  });
}
