import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiProcess, startApi } from "./api-process.ts";
import { expectOutput, hasCurl, stepsIn } from "./console-session.ts";
import { embeddedFolder } from "./stores.ts";

const TOUR = new URL("../../../docs/tour/", import.meta.url);
const pages = readdirSync(TOUR)
  .filter((file) => /^\d\d-/.test(file) && !file.startsWith("20-"))
  .map((file) => ({ file, steps: stepsIn(readFileSync(new URL(file, TOUR), "utf8")) }));

/** All pages use one service, one after the other, as a reader does. */
describe.skipIf(!hasCurl())("the tour's section Try it", () => {
  const folder = embeddedFolder();
  const cwd = mkdtempSync(join(tmpdir(), "postern-tour-"));
  let api: ApiProcess;
  beforeAll(async () => {
    api = await startApi({ DATA_DIR: folder.path });
  });
  afterAll(async () => {
    await api?.end();
    folder.remove();
    rmSync(cwd, { recursive: true });
  });

  it("is on each of the course's twenty pages", () => {
    expect(pages.filter(({ steps }) => steps.length > 0)).toHaveLength(20);
  });

  it.each(pages)("prints on $file what it says", ({ steps }) => {
    expect.hasAssertions();
    for (const step of steps) expectOutput(step, cwd, api.origin);
  });
});
