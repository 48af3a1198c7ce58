import { expect, it } from "vitest";
import { memoryIds } from "../memory.ts";
import type { TokenFactory } from "./token-factory.ts";

/**
 * What every TokenFactory does.
 *
 * @example
 *   describe("tokens", () => tokenFactoryContract(() => tokenFactory({ keys })));
 */
export function tokenFactoryContract(open: () => TokenFactory): void {
  const ids = memoryIds();

  it("reads a session token back as the user and hash it was made of", () => {
    const factory = open();
    const userId = ids.userId();
    const { token, tokenHash } = factory.createSessionToken(userId);
    expect(factory.parseSessionToken(token)).toEqual({ userId, tokenHash });
  });

  it("never makes a token twice", () => {
    const factory = open();
    const userId = ids.userId();
    const tokens = Array.from({ length: 100 }, () => [
      factory.createSessionToken(userId).token,
      factory.createResetToken().token,
    ]).flat();
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it("hashes a reset token to what it was minted with", () => {
    const factory = open();
    const { token, tokenHash } = factory.createResetToken();
    expect(factory.hashToken(token)).toBe(tokenHash);
    expect(tokenHash).not.toBe(token);
  });

  it("makes one and the same mailed token of an event and purpose, and another of another", () => {
    const factory = open();
    const eventId = ids.eventId();
    const minted = factory.deriveEmailToken("password_reset", eventId);
    expect(factory.deriveEmailToken("password_reset", eventId)).toEqual(minted);
    expect(factory.hashToken(minted.token)).toBe(minted.tokenHash);
    expect(factory.deriveEmailToken("password_reset", ids.eventId()).token).not.toBe(minted.token);
    expect(factory.deriveEmailToken("email_verification", eventId).token).not.toBe(minted.token);
  });

  it("makes no mailed token with a key that is gone", () => {
    expect(() => open().deriveEmailToken("password_reset", ids.eventId(), "gone")).toThrow();
  });

  it("reads nothing out of what is no session token", () => {
    const factory = open();
    for (const text of [
      "",
      " ",
      "x",
      "null",
      "undefined",
      "\0",
      "é".repeat(64),
      "x".repeat(10_000),
    ]) {
      expect(factory.parseSessionToken(text)).toBeUndefined();
    }
  });
}
