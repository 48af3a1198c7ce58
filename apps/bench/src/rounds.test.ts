import { describe, expect, it } from "vitest";
import { interleaved, median, ratiosOf } from "./rounds.ts";

const ALL = { rounds: 3, names: ["one", "two"], reference: "two" };

describe("rounds", () => {
  it("measure everything in turn, and give a ratio of each round", async () => {
    const order: string[] = [];
    const { rounds, disturbed } = await interleaved(
      ALL,
      async (name) => {
        order.push(name);
        return name === "one" ? 50 : 100;
      },
      (value) => value,
    );
    expect(order.join(" ")).toBe("one two one two one two");
    expect(disturbed).toBe(0);
    expect(ratiosOf(rounds, "one", "two", (value) => value)).toEqual({
      median: 0.5,
      min: 0.5,
      max: 0.5,
    });
    expect(ratiosOf(rounds, "three", "two", (value) => value).median).toBeNaN();
  });

  it("are measured again when the reference was disturbed, and not for ever", async () => {
    const references = [100, 100, 60, 101];
    const healed = await interleaved(
      ALL,
      async (name) => (name === "two" ? (references.shift() ?? 0) : 1),
      (value) => value,
    );
    expect(healed.disturbed).toBe(1);
    expect(healed.rounds.map((round) => round.get("two"))).toEqual([100, 100, 101]);
    let next = 1;
    const wild = await interleaved(
      ALL,
      async () => (next *= 2),
      (value) => value,
    );
    expect(wild.disturbed).toBe(3);
  });

  it("have a median of an even number, too", () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([3, 1, 2])).toBe(2);
  });
});
