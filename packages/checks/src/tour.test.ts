import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Copy, copyOfRepository } from "./planted.ts";
import { read, trackedFiles } from "./repository.ts";

/** What a page's section "Break it" says. */
interface Break {
  readonly page: string;
  readonly file: string;
  readonly before: string;
  readonly after: string;
  readonly testFile: string;
  readonly testName: string;
}

const SECTION = new RegExp(
  [
    "^## Break it\\n\\nIn \\[[^\\]]+\\]\\(../../(?<file>[^)]+)\\) replace",
    "```ts\\n(?<before>[\\s\\S]*?)\\n```",
    "by",
    "```ts\\n(?<after>[\\s\\S]*?)\\n```",
    'Then `npx -y pnpm@12 test (?<testFile>[^`]+)` fails in\\n\\["(?<testName>[^\\]]+)"\\]',
  ].join("\\n\\n"),
  "m",
);

function breakOf(page: string): Break {
  const groups = SECTION.exec(read(page))?.groups;
  const { file = "", before = "", after = "", testFile = "", testName = "" } = groups ?? {};
  return { page, file, before, after, testFile, testName };
}

/** Returns the pattern of vitest's line for the failed test `name`, which may hold placeholders. */
function failureOf(name: string): RegExp {
  const pattern = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&").replace(/%(?:\d+\\\$)?[a-z]/g, ".+");
  return new RegExp(`FAIL .* > ${pattern}`);
}

/** Replaces lines, whatever their indentation. Returns `undefined` unless they occur once. */
function replaceOnce({ before, after }: Break, source: string): string | undefined {
  const parts = source.split(before.trim());
  return parts.length === 2 ? parts.join(after.trim()) : undefined;
}

describe("the tour's section Break it", () => {
  const breaks = trackedFiles()
    .filter((file) => /^docs\/tour\/(0\d|1\d)-/.test(file))
    .map(breakOf);
  let copy: Copy;
  beforeAll(() => {
    copy = copyOfRepository();
    // Without the servers of the real configuration: the tests named here need none.
    copy.write("vitest.config.ts", "export default {};\n");
  });
  afterAll(() => copy?.remove());

  it("is on each of the course's twenty pages", () => {
    expect(breaks.filter(({ file }) => file !== "")).toHaveLength(20);
  });

  it.each(breaks)("$page", async (broken) => {
    const source = read(broken.file);
    const changed = replaceOnce(broken, source);
    expect(changed).toBeDefined(); // the lines are in the file, once
    copy.write(broken.file, changed ?? "");
    const { code, output } = await copy.run("vitest", "run", broken.testFile);
    copy.write(broken.file, source);
    const failure = expect.stringMatching(failureOf(broken.testName));
    expect({ code, output }).toEqual({ code: 1, output: failure });
  });
});
