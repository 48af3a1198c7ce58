import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** The root of the repository. */
export const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Returns every file of the repository, with forward slashes, without ignored and deleted ones. */
export function trackedFiles(): readonly string[] {
  return existsSync(join(ROOT, ".git")) ? filesOfGit() : filesOfFolder();
}

/** Files that builds create; `.gitignore` has the same. */
const MADE_HERE = /(^|\/)(node_modules|dist|\.turbo|\.cache|\.data|\.git)(\/|$)|\.tsbuildinfo$/;

/** An unpacked archive has no git. */
function filesOfFolder(): readonly string[] {
  const entries = globSync("**", {
    cwd: ROOT,
    withFileTypes: true,
    exclude: (entry) => MADE_HERE.test(entry.name),
  });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).split(sep).join("/"));
}

function filesOfGit(): readonly string[] {
  const git = (...args: string[]) =>
    execFileSync("git", ["ls-files", "-z", ...args], { cwd: ROOT, encoding: "utf8" }).split("\0");
  const deleted = new Set(git("--deleted"));
  return git("--cached", "--others", "--exclude-standard").filter(
    (file) => file !== "" && !deleted.has(file),
  );
}

export const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
