import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "postern-env-"));
  for (const name of ["apps", "packages"]) symlinkSync(join(ROOT, name), join(folder, name));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs a script of `package.json` as pnpm does, in `folder`. Returns what it wrote. */
async function run(name: string, env: Record<string, string> = {}): Promise<string> {
  const { PATH = "" } = process.env;
  const [command = "", ...args] = `${scripts[name]}`.split(" ");
  if (name === "postern") args.push("webhooks", "list");
  const program = command === "node" ? process.execPath : command;
  return await new Promise((resolve) =>
    execFile(program, args, { cwd: folder, env: { PATH, ...env } }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    ),
  );
}

it.each(["start", "start:worker", "migrate", "postern"])("%s reads .env", async (name) => {
  writeFileSync(join(folder, ".env"), "DATABASE_SCHEMA='Not a schema' # a comment\n");
  expect(await run(name, { DATABASE_URL: "x" })).toContain("DATABASE_SCHEMA: must be lower-case");
});

it("prefers the environment to .env, and reads a file named there", async () => {
  writeFileSync(join(folder, "url"), "mysql://nobody\n");
  writeFileSync(join(folder, ".env"), `DATABASE_SCHEMA=Wrong\nDATABASE_URL_FILE=${folder}/url\n`);
  const output = await run("migrate", { DATABASE_SCHEMA: "auth" });
  expect(output).toContain("DATABASE_URL: must be a postgres:// URL");
  expect(output).not.toContain("DATABASE_SCHEMA");
});

it("leaves a setting whose other form is in the environment, and names what it cannot set", async () => {
  writeFileSync(join(folder, "url"), "mysql://nobody\n");
  const lines = ["DATABASE_URL=postgres://here/db", "NODE_EXTRA_CA_CERTS=/ca.crt", ""];
  writeFileSync(join(folder, ".env"), lines.join("\n"));
  const output = await run("migrate", { DATABASE_URL_FILE: join(folder, "url") });
  expect(output).toContain("DATABASE_URL: must be a postgres:// URL");
  expect(output).toContain(".env: NODE_EXTRA_CA_CERTS has no effect here");
});

it("postern in the PATH reads .env of its repository, whatever the working folder is", async () => {
  const program = readFileSync(join(ROOT, "apps/cli/bin/postern"), "utf8");
  expect(program).toContain('readEnvFile(new URL("../../../.env", import.meta.url))');
});

it("says nothing if there is no .env, and names one that cannot be read", async () => {
  expect(await run("migrate")).not.toContain(".env");
  mkdirSync(join(folder, ".env"));
  expect(await run("start:worker")).toMatch(/^\.env: cannot be read \(\w+\)\n$/);
});
