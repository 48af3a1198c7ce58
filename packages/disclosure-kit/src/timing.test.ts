import { expect, it } from "vitest";
import { medianDifference } from "./timing.ts";

/** A small generator with a seed (mulberry32), so that the test cannot be unlucky. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Differences of a noisy machine: mostly within a few milliseconds, and some far away. */
const noise = (random: () => number, shift: number) =>
  Array.from({ length: 1_000 }, () => {
    const spike = random() < 0.05 ? (random() - 0.5) * 200 : 0;
    return (random() + random() + random() - 1.5) * 4 + spike + shift;
  });

it("contains zero where there is no difference, within a millisecond", () => {
  const random = seeded(1);
  const { low, high } = medianDifference(noise(random, 0), { random });
  expect(low).toBeLessThan(0);
  expect(high).toBeGreaterThan(0);
  expect(Math.max(-low, high)).toBeLessThan(1);
});

it("finds two milliseconds in the noise", () => {
  const random = seeded(2);
  const { low, median, high } = medianDifference(noise(random, 2), { random });
  expect(low).toBeGreaterThan(1);
  expect([low < median, median < high]).toEqual([true, true]);
});

it.each([
  [[1, 2, 3], 2],
  [[1, 2, 3, 4], 2.5],
  [[5], 5],
])("of %j has the median %i", (differences, median) => {
  expect(medianDifference(differences, { resamples: 1 }).median).toBe(median);
});
