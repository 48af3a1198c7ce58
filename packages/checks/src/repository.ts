import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Every file of the repository, with forward slashes, ignored and deleted ones left out. */
export function trackedFiles(): readonly string[] {
  const git = (...args: string[]) =>
    execFileSync("git", ["ls-files", "-z", ...args], { cwd: ROOT, encoding: "utf8" }).split("\0");
  const deleted = new Set(git("--deleted"));
  return git("--cached", "--others", "--exclude-standard").filter(
    (file) => file !== "" && !deleted.has(file),
  );
}

export const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
