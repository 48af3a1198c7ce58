import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiProcess, startApi } from "./api-process.ts";
import { expectOutput, hasCurl, stepsIn } from "./console-session.ts";
import { embeddedFolder } from "./stores.ts";

const steps = stepsIn(readFileSync(new URL("../../../README.md", import.meta.url), "utf8"));

describe.skipIf(!hasCurl())("the README's first session", () => {
  const folder = embeddedFolder();
  const cwd = mkdtempSync(join(tmpdir(), "postern-readme-"));
  let api: ApiProcess;
  beforeAll(async () => {
    api = await startApi({ DATA_DIR: folder.path });
  });
  afterAll(async () => {
    await api?.end();
    folder.remove();
    rmSync(cwd, { recursive: true });
  });

  it("has steps", () => {
    expect(steps.length).toBeGreaterThan(5);
  });

  it.each(steps)("$ $command", (step) => expectOutput(step, cwd, api.origin));
});
