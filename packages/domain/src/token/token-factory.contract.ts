import { expect, it } from "vitest";
import { memoryIds } from "../memory.ts";
import type { SecretSource } from "./token-factory.ts";

/** What every SecretSource does. */
export function secretSourceContract(open: () => SecretSource): void {
  const ids = memoryIds();

  it("reads a session token back as the user and hash it was made of", () => {
    const secrets = open();
    const userId = ids.userId();
    const { token, tokenHash } = secrets.sessionToken(userId);
    expect(secrets.readSessionToken(token)).toEqual({ userId, tokenHash });
  });

  it("never makes a token twice", () => {
    const secrets = open();
    const userId = ids.userId();
    const tokens = Array.from({ length: 100 }, () => [
      secrets.sessionToken(userId).token,
      secrets.resetToken().token,
    ]).flat();
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it("hashes a reset token to what it was minted with", () => {
    const secrets = open();
    const { token, tokenHash } = secrets.resetToken();
    expect(secrets.hashOf(token)).toBe(tokenHash);
    expect(tokenHash).not.toBe(token);
  });

  it("makes one and the same mailed token of an event and purpose, and another of another", () => {
    const secrets = open();
    const eventId = ids.eventId();
    const minted = secrets.mailedToken("password_reset", eventId);
    expect(secrets.mailedToken("password_reset", eventId)).toEqual(minted);
    expect(secrets.hashOf(minted.token)).toBe(minted.tokenHash);
    expect(secrets.mailedToken("password_reset", ids.eventId()).token).not.toBe(minted.token);
    expect(secrets.mailedToken("email_verification", eventId).token).not.toBe(minted.token);
  });

  it("makes no mailed token with a key that is gone", () => {
    expect(() => open().mailedToken("password_reset", ids.eventId(), "gone")).toThrow();
  });

  it("reads nothing out of what is no session token", () => {
    const secrets = open();
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
      expect(secrets.readSessionToken(text)).toBeUndefined();
    }
  });
}
