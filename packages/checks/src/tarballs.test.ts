import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { packAll } from "@postern/test-servers";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROOT } from "./repository.ts";

const LIBRARIES = [
  "client",
  "crypto",
  "domain",
  "http",
  "mail",
  "pages",
  "postgres",
  "redis",
  "webhooks",
  "worker",
];
const manifestOf = (name: string) =>
  JSON.parse(readFileSync(join(ROOT, `packages/${name}/package.json`), "utf8")) as {
    readonly version: string;
    readonly private?: boolean;
    readonly engines?: object;
    readonly sideEffects?: boolean;
  };

describe("the packages that are published", () => {
  let folder = "";
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "postern-packed-"));
    await packAll(folder);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  const tarballOf = (name: string) => readFileSync(join(folder, `postern-${name}-0.1.0.tgz`));

  it("are all that are not private, at one version, and say what they need", () => {
    const all = readdirSync(join(ROOT, "packages"));
    expect(all.filter((name) => manifestOf(name).private !== true)).toEqual(LIBRARIES);
    for (const name of LIBRARIES)
      expect(manifestOf(name)).toMatchObject({
        version: "0.1.0",
        engines: { node: ">=22.18" },
        sideEffects: false,
      });
    expect(readdirSync(folder)).toHaveLength(LIBRARIES.length);
  });

  it.each(LIBRARIES)("publint finds nothing in %s", async (name) => {
    const tarball = Uint8Array.from(tarballOf(name)).buffer;
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg ?? {}))).toEqual([]);
  });

  it.each(LIBRARIES)("the types of %s are right for programs that import it", async (name) => {
    const result = await checkPackage(createPackageFromTarballData(tarballOf(name)));
    const problems = result.types === false ? ["no types"] : result.problems;
    // Only ESM is published: an old resolution, and `require` of old Nodes, find no other.
    const kinds = problems.filter(
      (problem) =>
        typeof problem === "string" ||
        !("resolutionKind" in problem) ||
        !["node10", "node16-cjs"].includes(problem.resolutionKind),
    );
    expect(kinds).toEqual([]);
  });

  it.each(LIBRARIES)("%s has the sources of its maps, and no test", (name) => {
    const list = execFileSync("tar", ["tzf", join(folder, `postern-${name}-0.1.0.tgz`)], {
      encoding: "utf8",
    }).split("\n");
    expect(list).toEqual(
      expect.arrayContaining([
        "package/README.md",
        "package/CHANGELOG.md",
        "package/LICENSE",
        "package/dist/index.js",
        "package/dist/index.d.ts",
        "package/src/index.ts",
      ]),
    );
    expect(list.filter((file) => /\.(test|timing|faults)\./.test(file))).toEqual([]);
    const missing = list
      .filter((file) => file.endsWith(".js"))
      .map((file) => file.replace("/dist/", "/src/").replace(/\.js$/, ".ts"))
      .filter((file) => !list.includes(file));
    expect(missing).toEqual([]);
  });
});
