import { expect, it } from "vitest";
import { aTokenHash } from "../user/user.fixture.ts";
import { hashPrefixOf, sessionIdOf } from "./session-id.ts";
import type { TokenHash } from "../token/token.ts";

it("a session's id is a UUID of the first 120 bits of its hash, and can be turned back into them", () => {
  const hash = "0123456789abcdeffedcba98765432100123456789abcdeffedcba9876543210" as TokenHash;
  expect(sessionIdOf(hash)).toBe("01234567-89ab-8cde-8ffe-dcba98765432");
  for (let n = 0; n < 100; n += 1) {
    const other = aTokenHash();
    expect(sessionIdOf(other)).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(hashPrefixOf(sessionIdOf(other))).toBe(other.slice(0, 30));
  }
});
