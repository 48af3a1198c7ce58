import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiProcess, startApi } from "./api-process.ts";
import { embeddedFolder } from "./stores.ts";

const README = readFileSync(new URL("../../../README.md", import.meta.url), "utf8");
const SESSION = /```console\n([\s\S]*?)```/.exec(README)?.[1] ?? "";
const steps = SESSION.split(/^\$ /m)
  .slice(1)
  .map((step) => {
    const [command = "", ...output] = step.trimEnd().split("\n");
    return { command, output: output.join("\n") };
  });

const hasCurl = () => {
  try {
    execFileSync("curl", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

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

  it.each(steps)("$ $command", ({ command, output }) => {
    const here = command.replaceAll("http://127.0.0.1:5000", api.origin).replace("curl", "curl -s");
    const printed = execFileSync("sh", ["-c", here], { cwd, encoding: "utf8" }).trimEnd();
    const [before = "", after] = output.split("…");
    if (after === undefined) expect(printed).toBe(output);
    else expect([printed.startsWith(before), printed.endsWith(after)]).toEqual([true, true]);
  });
});
