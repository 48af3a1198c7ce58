import { parseSync } from "oxc-parser";
import { describe, expect, it } from "vitest";
import { read, trackedFiles } from "./repository.ts";

/** Maximum width of comments and prose. The formatter wraps code, but neither of them. */
const MAX_COLUMNS = 100;

interface Line {
  readonly number: number;
  readonly text: string;
}

const linesOf = (text: string): Line[] =>
  text.split("\n").map((line, index) => ({ number: index + 1, text: line }));

/** Returns the lines of a TypeScript file that contain a comment. */
function commentLines(file: string, text: string): Line[] {
  const numberAt = (offset: number) => text.slice(0, offset).split("\n").length;
  const { comments } = parseSync(file, text);
  const spans = comments.map(({ start, end }) => [numberAt(start), numberAt(end)] as const);
  return linesOf(text).filter(({ number }) =>
    spans.some(([first, last]) => number >= first && number <= last),
  );
}

/** Returns the prose of a Markdown file: no code, and no tables, which cannot be wrapped. */
function proseLines(text: string): Line[] {
  let isCode = false;
  return linesOf(text).filter((line) => {
    if (line.text.trimStart().startsWith("```")) isCode = !isCode;
    return !isCode && !line.text.trimStart().startsWith("|");
  });
}

/** Returns `text` without the targets of links and without URLs, which cannot be wrapped. */
const visible = (text: string) =>
  text.replaceAll(/\]\([^)]*\)/g, "]").replaceAll(/https?:\S+/g, "");

function tooLong(file: string, text: string): string[] {
  const lines = file.endsWith(".md") ? proseLines(text) : commentLines(file, text);
  return lines
    .filter((line) => visible(line.text).length > MAX_COLUMNS)
    .map(({ number }) => `${file}:${number}`);
}

describe("comments and prose", () => {
  /** `bench` writes the report. */
  const files = trackedFiles().filter(
    (file) => /\.(ts|md)$/.test(file) && file !== "docs/performance/report.md",
  );

  it("have at most 100 columns", () => {
    expect(files.length).toBeGreaterThan(300);
    expect(files.flatMap((file) => tooLong(file, read(file)))).toEqual([]);
  });

  it("would be reported if they were longer", () => {
    const words = "word ".repeat(25);
    expect(tooLong("planted.ts", `const a = 1;\n// ${words}\n`)).toEqual(["planted.ts:2"]);
    expect(tooLong("planted.ts", `const a = 1; // ${words}\n`)).toEqual(["planted.ts:1"]);
    expect(tooLong("planted.ts", `/**\n * ${words}\n */\n`)).toEqual(["planted.ts:2"]);
    expect(tooLong("planted.ts", `const a = "// ${words}";\n`)).toEqual([]);
    expect(tooLong("planted.md", `# A\n\n${words}\n\n| ${words} |\n`)).toEqual(["planted.md:3"]);
    expect(tooLong("planted.md", `\`\`\`sh\n${words}\n\`\`\`\n`)).toEqual([]);
  });
});
