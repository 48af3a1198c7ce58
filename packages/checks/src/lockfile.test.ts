import { describe, expect, it } from "vitest";
import { read } from "./repository.ts";

const lockfile = read("pnpm-lock.yaml");

/** Packages with one binary per platform. A lockfile made on one platform may lack some. */
const NAPI = ["darwin-arm64", "darwin-x64", "linux-x64-gnu", "linux-arm64-gnu", "win32-x64-msvc"];
const GO = ["darwin-arm64", "darwin-x64", "linux-x64", "linux-arm64", "win32-x64"];
const NATIVE: readonly [prefix: string, platforms: readonly string[]][] = [
  ["@node-rs/bcrypt-", NAPI],
  ["@oxc-parser/binding-", NAPI],
  ["@oxc-resolver/binding-", NAPI],
  ["@oxfmt/binding-", NAPI],
  ["@oxlint/binding-", NAPI],
  ["@oxlint-tsgolint/", GO],
  ["@rolldown/binding-", NAPI],
  ["@squawk-cli/", GO],
  ["@turbo/", ["darwin-arm64", "darwin-64", "linux-64", "linux-arm64", "windows-64"]],
  ["@typescript/typescript-", GO],
];

describe("the lockfile", () => {
  it.each(NATIVE)("has %s for Linux, Mac and Windows", (prefix, platforms) => {
    const missing = platforms.filter((platform) => !lockfile.includes(`'${prefix}${platform}@`));
    expect(missing).toEqual([]);
  });

  it("is made of audited packages that have been out for three days, without their scripts", () => {
    const workspace = read("pnpm-workspace.yaml");
    expect(workspace).toMatch(/^minimumReleaseAge: 4320$/m);
    const [, built = ""] = /^allowBuilds:\n((?: .*\n)+)/m.exec(workspace) ?? [];
    const allowed = [...built.matchAll(/^ {2}"?([\w@/-]+)"?: true$/gm)].map(([, name]) => name);
    expect(allowed).toEqual(["node"]); // which links the Node that runs everything
    expect(read("package.json")).toMatch(/"check": "turbo .* check:licences check:audit /);
  });

  it("names no registry", () => {
    expect(lockfile).not.toMatch(/https?:\/\//);
  });
});
