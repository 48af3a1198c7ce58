import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { read, ROOT } from "./repository.ts";

const PAGE = "docs/threat-model.md";
const ROW = /^\| ([A-I]\d+) +\| (.+?) +\| (.+?) +\| (.+?) +\|$/gm;
const TEST = /\["(.+?)"\]\(\.\.\/([^)]+\.ts)\)/g;

/** Returns what is wrong with the column "shown by" of a requirement. */
function faultsOf(id: string, shownBy: string): string[] {
  if (shownBy === "not yet") return [];
  const tests = [...shownBy.matchAll(TEST)];
  if (tests.length === 0) return [`${id} names no test`];
  return tests
    .filter(([, name, file = ""]) => {
      const isTest = /\.(test|contract|faults)\.ts$/.test(file) && existsSync(join(ROOT, file));
      return !isTest || !read(file).includes(`"${name}"`);
    })
    .map(([, name]) => `${id}: no test is named "${name}"`);
}

describe("the requirements of the threat model", () => {
  const rows = [...read(PAGE).matchAll(ROW)].map(([, id = "", , , shownBy = ""]) => ({
    id,
    shownBy,
  }));

  it("name tests that exist, or say that there is none yet", () => {
    expect(rows.length).toBeGreaterThan(60);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    expect(rows.flatMap(({ id, shownBy }) => faultsOf(id, shownBy))).toEqual([]);
  });

  it("would be reported if they named a test that is gone, or none", () => {
    const gone = '["a test that was never written"](../packages/domain/src/email.test.ts)';
    expect(faultsOf("X1", gone)).toEqual(['X1: no test is named "a test that was never written"']);
    expect(faultsOf("X2", "by careful reading")).toEqual(["X2 names no test"]);
    expect(faultsOf("X3", '["GET"](../packages/http/src/app.ts)')).toHaveLength(1);
  });

  it("are counted as they are", () => {
    const missing = rows.filter(({ shownBy }) => shownBy === "not yet").length;
    expect(read(PAGE).replaceAll(/\s+/g, " ")).toContain(
      `${rows.length - missing} requirements are shown by a test, ${missing} are "not yet"`,
    );
  });
});
