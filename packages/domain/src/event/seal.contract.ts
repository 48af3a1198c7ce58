import { expect, it } from "vitest";
import type { Seal } from "./seal.ts";

/**
 * What every Seal does.
 *
 * @example
 *   describe("the seal", () => sealContract(() => aesSeal({ keys })));
 */
export function sealContract(open: () => Seal): void {
  it.each(["", "{}", "bob@example.com", "é\u0000漢字", "x".repeat(100_000)])("opens %j", (text) => {
    const seal = open();
    expect(seal.open("here", seal.seal("here", text)).text).toBe(text);
  });

  it("opens nothing in another context", () => {
    const seal = open();
    const sealed = seal.seal("here", "bob@example.com");
    for (const context of ["", "there", "her", "here "]) {
      expect(() => seal.open(context, sealed)).toThrow();
    }
  });

  it("opens nothing that it did not seal", () => {
    const seal = open();
    for (const text of ["", ".", "memory.", "null", "a.b.c", "x".repeat(200)]) {
      expect(() => seal.open("here", text)).toThrow();
    }
  });
}
