import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Copy, copyOfRepository } from "./planted.ts";
import { TOOLS } from "./violation.ts";
import { ACCOMPLICES, VIOLATIONS } from "./violations.ts";

describe("pnpm check reports", () => {
  let copy: Copy;
  const reports = new Map<string, { readonly code: number | null; readonly output: string }>();
  beforeAll(async () => {
    copy = copyOfRepository();
    for (const { file, text } of VIOLATIONS) copy.write(file, text);
    for (const [file, text] of Object.entries(ACCOMPLICES)) copy.write(file, text);
    for (const [tool, [command, ...args]] of Object.entries(TOOLS)) {
      reports.set(tool, await copy.run(command, ...args));
    }
  }, 300_000); // beside other test files each tool takes its time
  afterAll(() => copy?.remove());

  it.each(VIOLATIONS)("when broken: $rule ($tool)", ({ tool, reported }) => {
    const report = reports.get(tool);
    expect(report?.output).toMatch(reported);
    expect(report?.code).not.toBe(0);
  });
});
