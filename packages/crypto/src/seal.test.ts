import { sealContract } from "@postern/domain/contract";
import { describe, expect, it } from "vitest";
import { aesSeal } from "./seal.ts";

const older = { id: "2025", key: Buffer.alloc(32, 7) };
const newer = { id: "2026", key: Buffer.alloc(32, 8) };
const TEXT = "bob@example.com";

describe("the seal", () => {
  sealContract(() => aesSeal({ keys: [older] }));

  it("hides the text, and never seals alike", () => {
    const seal = aesSeal({ keys: [older] });
    const many = Array.from({ length: 100 }, () => seal.seal("here", TEXT));
    expect(new Set(many).size).toBe(100);
    for (const sealed of many) {
      expect(Buffer.from(sealed.slice(5), "base64url").toString("latin1")).not.toContain("bob");
    }
  });

  it("refuses text of which a single bit was changed, wherever", () => {
    const seal = aesSeal({ keys: [older] });
    const sealed = seal.seal("here", TEXT);
    const bytes = Buffer.from(sealed.slice(5), "base64url");
    for (let index = 0; index < bytes.length; index += 1) {
      const forged = Buffer.from(bytes);
      forged[index] = (forged[index] ?? 0) ^ 1;
      expect(() => seal.open("here", `2025.${forged.toString("base64url")}`)).toThrow();
    }
    expect(() => seal.open("here", sealed.slice(0, -4))).toThrow();
  });

  it("seals with the newest key, and opens with each that is still there", () => {
    const before = aesSeal({ keys: [older] }).seal("here", TEXT);
    const both = aesSeal({ keys: [newer, older] });
    const after = both.seal("here", TEXT);
    expect(both.open("here", before)).toEqual({ text: TEXT, keyId: "2025" });
    expect(both.open("here", after)).toEqual({ text: TEXT, keyId: "2026" });
    expect([both.isCurrent(before), both.isCurrent(after)]).toEqual([false, true]);
    expect(() => aesSeal({ keys: [newer] }).open("here", before)).toThrow('no key "2025"');
    const impostor = { ...older, key: newer.key };
    expect(() => aesSeal({ keys: [impostor] }).open("here", before)).toThrow();
  });

  it("does nothing without a key", () => {
    expect(() => aesSeal({ keys: [] }).seal("here", TEXT)).toThrow("SECRETS holds no key");
  });
});
