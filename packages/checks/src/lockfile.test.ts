import { describe, expect, it } from "vitest";
import { read } from "./repository.ts";

const lockfile = read("pnpm-lock.yaml");

/** Packages that come as one binary a platform; a lockfile made carelessly lacks some. */
const NATIVE = [
  [
    "@node-rs/bcrypt-",
    ["darwin-arm64", "darwin-x64", "linux-x64-gnu", "linux-arm64-gnu", "win32-x64-msvc"],
  ],
  ["@turbo/", ["darwin-arm64", "darwin-64", "linux-64", "linux-arm64", "windows-64"]],
  [
    "@oxlint/binding-",
    ["darwin-arm64", "darwin-x64", "linux-x64-gnu", "linux-arm64-gnu", "win32-x64-msvc"],
  ],
  ["@oxlint-tsgolint/", ["darwin-arm64", "darwin-x64", "linux-x64", "linux-arm64", "win32-x64"]],
  [
    "@oxfmt/binding-",
    ["darwin-arm64", "darwin-x64", "linux-x64-gnu", "linux-arm64-gnu", "win32-x64-msvc"],
  ],
  [
    "@typescript/typescript-",
    ["darwin-arm64", "darwin-x64", "linux-x64", "linux-arm64", "win32-x64"],
  ],
  [
    "@rolldown/binding-",
    ["darwin-arm64", "darwin-x64", "linux-x64-gnu", "linux-arm64-gnu", "win32-x64-msvc"],
  ],
] as const;

describe("the lockfile", () => {
  it.each(NATIVE)("has %s for Linux, Mac and Windows", (prefix, platforms) => {
    const missing = platforms.filter((platform) => !lockfile.includes(`'${prefix}${platform}@`));
    expect(missing).toEqual([]);
  });

  it("names no registry", () => {
    expect(lockfile).not.toMatch(/https?:\/\//);
  });
});
