import { execFile } from "node:child_process";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiProcess, startApi } from "./api-process.ts";
import { embeddedFolder, fullStores, type Stores } from "./stores.ts";

const PACKAGES = fileURLToPath(new URL("../../../packages/", import.meta.url));
const TSC = fileURLToPath(new URL("../../../node_modules/typescript/bin/tsc", import.meta.url));
const packages = readdirSync(PACKAGES).filter((name) => !name.startsWith("."));

/** Where the examples of a package run: it may not depend on what they also use. */
const folderOf = (name: string) =>
  ["http", "postgres"].includes(name) ? `${PACKAGES}../apps/api` : `${PACKAGES}${name}`;

/** Returns the README's example, and what its comments say that it prints. */
function exampleOf(name: string) {
  const readme = readFileSync(`${PACKAGES}${name}/README.md`, "utf8");
  const [, code = ""] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const printed = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);
  return { code, printed: printed.join("\n") };
}

/** The examples run in their package's folder, with the servers of the tests. */
describe.skipIf(!testServers().redisUrl)("the example in a package's README", () => {
  const folder = embeddedFolder();
  let [api, stores] = [undefined as ApiProcess | undefined, undefined as Stores | undefined];
  beforeAll(async () => {
    api = await startApi({ DATA_DIR: folder.path });
    stores = await fullStores({ isMigrated: false });
  });
  afterAll(async () => {
    await api?.end();
    await stores?.close();
    folder.remove();
  });

  it.each(packages)("of %s has no type errors, nor has any other one", async (name) => {
    const readme = readFileSync(`${PACKAGES}${name}/README.md`, "utf8");
    const blocks = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);
    const files = blocks.map((_, index) => `${folderOf(name)}/.readme-${name}-${index}.ts`);
    try {
      for (const [index, file] of files.entries()) writeFileSync(file, blocks[index] ?? "");
      const settings =
        "--ignoreConfig --noEmit --strict --skipLibCheck --allowImportingTsExtensions";
      const target = "--target es2024 --module nodenext --lib es2024,dom,dom.iterable --types node";
      const args = [TSC, ...`${settings} ${target}`.split(" "), ...files];
      const errors = await promisify(execFile)(process.execPath, args, { cwd: PACKAGES }).then(
        () => "",
        (error: { stdout: string }) => error.stdout,
      );
      // Our sources have settings of their own.
      expect(errors.split("\n").filter((line) => line.includes(".readme-"))).toEqual([]);
    } finally {
      for (const file of files) rmSync(file, { force: true });
    }
  });

  it.each(packages)("of %s prints what it says", async (name) => {
    const { code, printed } = exampleOf(name);
    expect(printed).not.toBe("");
    const { DATABASE_URL = "", REDIS_URL = "" } = stores?.environment ?? {};
    const here = code
      .replace("http://127.0.0.1:5000", api?.origin ?? "")
      .replace("postgres://localhost/postern", DATABASE_URL)
      .replace("redis://localhost:6379", REDIS_URL);
    const args = ["--disable-warning=ExperimentalWarning", "--input-type=module-typescript"];
    const { stdout } = await promisify(execFile)(process.execPath, [...args, "-e", here], {
      cwd: folderOf(name),
    });
    expect(stdout.trimEnd()).toBe(printed);
  });
});
