import type { UserId } from "@postern/domain";
import { tokenFactoryContract } from "@postern/domain/contract";
import { describe, expect, it } from "vitest";
import { idSource } from "./id-source.ts";
import { tokenFactory } from "./token-factory.ts";

const keys = [{ id: "one", key: Buffer.alloc(32, 7) }];

describe("token factory", () => {
  tokenFactoryContract(() => tokenFactory({ keys }));

  it("makes session tokens of 64 characters that hold the user id and 256 further bits", () => {
    const userId = idSource().userId();
    const { token, tokenHash } = tokenFactory({ keys }).createSessionToken(userId);
    expect(token).toMatch(/^[A-Za-z0-9_-]{64}$/);
    expect(Buffer.from(token, "base64url").toString("hex", 0, 16)).toBe(userId.replaceAll("-", ""));
    expect(tokenHash).toMatch(/^[0-9a-f]{64}$/);
    expect(token).not.toContain(tokenHash);
  });

  it("makes reset tokens of 43 characters", () => {
    expect(tokenFactory({ keys }).createResetToken().token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it("derives another mailed token from another key", () => {
    const eventId = idSource().eventId();
    const other = tokenFactory({ keys: [{ id: "other", key: Buffer.alloc(32, 8) }] });
    expect(other.deriveEmailToken("password_reset", eventId)).not.toEqual(
      tokenFactory({ keys }).deriveEmailToken("password_reset", eventId),
    );
  });
});

describe("keys that rotate", () => {
  it("derive the token of an event from the key that it names", () => {
    const eventId = idSource().eventId();
    const before = tokenFactory({ keys }).deriveEmailToken("password_reset", eventId);
    const rotated = tokenFactory({ keys: [{ id: "two", key: Buffer.alloc(32, 8) }, ...keys] });
    expect(rotated.deriveEmailToken("password_reset", eventId, "one")).toEqual(before);
    expect(rotated.deriveEmailToken("password_reset", eventId)).not.toEqual(before);
    expect(rotated.deriveEmailToken("password_reset", eventId)).toEqual(
      rotated.deriveEmailToken("password_reset", eventId, "two"),
    );
  });
});

describe("id source", () => {
  it("makes version 7 ids for users and events, in the order of their making", () => {
    const ids = idSource();
    const users: UserId[] = Array.from({ length: 50 }, () => ids.userId());
    for (const id of users)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(users.toSorted()).toEqual(users);
    expect(ids.eventId()[14]).toBe("7");
  });
});
