import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { read, ROOT, trackedFiles } from "./repository.ts";

interface Link {
  readonly label: string;
  readonly target: string;
}

/** Returns the relative links of a Markdown file, without code blocks. */
function linksIn(markdown: string): readonly Link[] {
  const prose = markdown.replace(/^```[\s\S]*?^```/gm, "");
  return [...prose.matchAll(/\[([^\]]+)\]\(([^)\s]+)\)/g)]
    .map(([, label = "", target = ""]) => ({ label, target }))
    .filter(({ target }) => !/^https?:/.test(target));
}

const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\s-]/g, "")
    .trim()
    .replace(/\s/g, "-");

/**
 * Returns what is wrong with a link of `file`, or `undefined`. The target must contain a linked
 * name or test title.
 */
function faultOf(file: string, { label, target }: Link): string | undefined {
  const [path = "", anchor] = target.split("#");
  const full = path === "" ? file : join(dirname(file), path);
  if (!existsSync(join(ROOT, full))) return `${file}: ${target} is not there`;
  if (anchor !== undefined) {
    const headings = [...read(full).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      anchorOf(heading),
    );
    return headings.includes(anchor) ? undefined : `${file}: ${target} has no such heading`;
  }
  const [, quote, name = ""] = /^([`"])(.+)[`"]$/.exec(label) ?? [];
  if (name === "" || !path.endsWith(".ts")) return undefined;
  const isHeld = quote === "`" ? isDeclared(name, read(full)) : read(full).includes(`"${name}"`);
  return isHeld ? undefined : `${file}: ${path} does not hold ${label}`;
}

/**
 * A name must be declared in the file, or be a method or column of it. Other text must occur in it.
 */
function isDeclared(name: string, source: string): boolean {
  if (!/^\w+$/.test(name)) return source.includes(name);
  const declared = `(?:function|const|interface|type|class) ${name}\\b`;
  return new RegExp(`${declared}|^\\s*(?:async )?${name}\\(|"${name}"`, "m").test(source);
}

describe("the documents", () => {
  const files = trackedFiles().filter((file) => file.endsWith(".md"));
  const faults = (file: string, text = read(file)) =>
    linksIn(text).flatMap((link) => faultOf(file, link) ?? []);

  it("lead only to what is there", () => {
    expect(files.length).toBeGreaterThan(30);
    expect(files.flatMap((file) => faults(file))).toEqual([]);
  });

  it("would be told of a link that leads nowhere, or to a name that is gone", () => {
    const planted = [
      "[a](nowhere.md)",
      "[b](glossary.md#nowhere)",
      "[`renamedLongAgo`](../packages/domain/src/index.ts)",
      "[`check`](../packages/domain/src/session/log-in.ts)",
      '["a test that was never written"](../packages/domain/src/memory.test.ts)',
    ].join("\n");
    expect(faults("docs/planted.md", planted)).toHaveLength(5);
  });

  it("has a page of the tour for every step of the course and one for the rest, each linked", () => {
    const pages = files.filter((file) => /^docs\/tour\/\d\d-/.test(file));
    expect(pages).toHaveLength(21);
    const index = read("docs/tour/README.md");
    for (const page of pages) expect(index).toContain(page.slice("docs/tour/".length));
    for (const page of pages.filter((file) => !file.includes("/20-"))) {
      const links = linksIn(read(page)).filter(({ target }) => target.endsWith(".ts"));
      expect(links.some(({ label }) => label.startsWith("`"))).toBe(true);
      expect(links.some(({ label }) => label.startsWith('"'))).toBe(true);
    }
  });

  it("speak of no machine's paths", () => {
    const everything = trackedFiles().filter((file) => /\.(md|ts|json|ya?ml)$/.test(file));
    const found = everything.filter((file) => /\/(home|root|Users|work)\/\w/.test(read(file)));
    expect(found.filter((file) => !file.startsWith("packages/checks/"))).toEqual([]);
  });
});
