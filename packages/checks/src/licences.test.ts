import { expect, it } from "vitest";
import { unacceptable } from "./licences.ts";

const list = (licences: Record<string, string[]>) =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(licences).map(([licence, names]) => [
        licence,
        names.map((name) => ({ name })),
      ]),
    ),
  );

it("accepts what asks for its text only, and names everything else", () => {
  expect(unacceptable(list({ MIT: ["a"], ISC: ["b"], "(MIT OR GPL-3.0)": ["c"] }))).toEqual([]);
  expect(
    unacceptable(list({ "GPL-3.0": ["d", "e"], Unknown: ["f"], "MIT AND GPL": ["g"] })),
  ).toEqual(["d: GPL-3.0", "e: GPL-3.0", "f: Unknown", "g: MIT AND GPL"]);
});
