import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ApiProcess, startApi } from "./api-process.ts";
import { embeddedFolder, fullStores, type Stores } from "./stores.ts";

const PACKAGES = fileURLToPath(new URL("../../../packages/", import.meta.url));
const packages = readdirSync(PACKAGES).filter((name) => !name.startsWith("."));

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
      cwd: `${PACKAGES}${name}`,
    });
    expect(stdout.trimEnd()).toBe(printed);
  });
});
