import { describe, expect, it } from "vitest";
import { read, trackedFiles } from "./repository.ts";

const FOLDERS_AT_THE_TOP = new Set([".changeset", ".ci", ".github", "apps", "docs", "packages"]);
/** Folders are named after the domain's concepts, never after a layer. */
const NAMES_OF_NOTHING =
  /(^|\/)(utils?|helpers?|common|shared|lib|misc|services?|entities|dtos?|base)(\/|\.ts$)/;
/** Constructs that this repository avoids, because they hide who calls whom. */
const MACHINERY = /^\s*(?:export )?(?:abstract class|namespace|@\w+\()/m;

const misplaced = (files: readonly string[]) =>
  files.filter((file) => file.includes("/") && !FOLDERS_AT_THE_TOP.has(file.split("/")[0] ?? ""));
const misnamed = (files: readonly string[]) => files.filter((file) => NAMES_OF_NOTHING.test(file));
const notKebab = (files: readonly string[]) =>
  files.filter((file) => file.endsWith(".ts") && /[A-Z_]/.test(file));

describe("the repository", () => {
  const files = trackedFiles();

  it("has nothing but packages, apps and docs beside the root's files", () => {
    expect(misplaced(files)).toEqual([]);
    expect(misplaced(["tools/x.ts", "README.md"])).toEqual(["tools/x.ts"]);
  });

  it("has a CI workflow that runs the commands of .ci/run", () => {
    const commands = (file: string) =>
      [...read(file).matchAll(/npx -y pnpm@12 \w+/g)].map(([command]) => command);
    expect(commands(".github/workflows/ci.yml")).toEqual(commands(".ci/run"));
    expect(commands(".ci/run")).toEqual(["npx -y pnpm@12 test", "npx -y pnpm@12 check"]);
  });

  it("names no folder and no file after nothing", () => {
    expect(misnamed(files)).toEqual([]);
    expect(misnamed(["packages/a/src/utils/x.ts", "packages/a/src/helpers.ts"])).toHaveLength(2);
  });

  it("names its files in kebab-case", () => {
    expect(notKebab(files)).toEqual([]);
    expect(notKebab(["packages/a/src/userStore.ts"])).toHaveLength(1);
  });

  it("has no abstract classes, namespaces or decorators", () => {
    const sources = files.filter((file) => file.endsWith(".ts"));
    expect(sources.length).toBeGreaterThan(50);
    expect(sources.filter((file) => MACHINERY.test(read(file)))).toEqual([]);
    expect(MACHINERY.test("@injectable()\nclass A {}")).toBe(true);
  });

  it("has one index.ts a package, and none inside", () => {
    const indexes = files.filter((file) => file.endsWith("/index.ts"));
    expect(
      indexes.filter((file) => !/^(packages|apps)\/[\w-]+\/src\/index\.ts$/.test(file)),
    ).toEqual([]);
  });
});
