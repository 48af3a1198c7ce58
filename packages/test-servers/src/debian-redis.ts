import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { CACHE_FOLDER } from "./cache-folder.ts";
import { findProgram } from "./spawn-server.ts";

/**
 * Unpacks a redis-server from Debian's packages into `.cache`, with the libraries it needs, without
 * installing it. `undefined`: there is no apt, or it cannot download the package.
 */
export function debianRedis(): { path: string; libraries: string } | undefined {
  const root = join(CACHE_FOLDER, "redis");
  if (!existsSync(root)) {
    if (!findProgram("apt-get") || !findProgram("dpkg")) return undefined;
    console.log("No Redis on this machine: unpacking Debian's package into .cache");
    const unfinished = `${root}.new`;
    rmSync(unfinished, { recursive: true, force: true });
    try {
      fetchPackages(unfinished);
      renameSync(unfinished, root);
    } catch (error) {
      console.error(`apt could not fetch it: ${String(error)}`);
      return undefined;
    }
  }
  const libraries = globSync(join(root, "usr/lib/*-linux-*"));
  return { path: join(root, "usr/bin/redis-server"), libraries: libraries.join(":") };
}

function fetchPackages(root: string): void {
  const downloads = join(root, "downloads");
  mkdirSync(downloads, { recursive: true });
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, {
      cwd: downloads,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const lists = packageLists(run, downloads);
  const relations = ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"];
  const without = relations.map((relation) => `--no-${relation}`);
  const depends = run("apt-cache", ...lists, "depends", "--recurse", ...without, "redis-server");
  const wanted = depends.split("\n").filter((line) => /^(redis|lib|lua)[a-z0-9.+-]*$/.test(line));
  const missing = wanted.filter((name) => name.startsWith("redis") || !isInstalled(name));
  run("apt-get", ...lists, "download", ...missing);
  for (const archive of readdirSync(downloads).filter((name) => name.endsWith(".deb"))) {
    run("dpkg", "-x", archive, root);
  }
}

/** The machine's package lists. Most images have none; then lists of our own. */
function packageLists(
  run: (command: string, ...args: string[]) => string,
  folder: string,
): string[] {
  if (run("apt-cache", "policy", "redis-server").includes("Candidate:")) return [];
  for (const name of ["lists/partial", "archives/partial"])
    mkdirSync(join(folder, name), { recursive: true });
  const own = ["-o", `Dir::State::lists=${folder}/lists`, "-o", `Dir::Cache=${folder}`];
  run("apt-get", ...own, "update");
  return own;
}

function isInstalled(name: string): boolean {
  try {
    const args = ["-W", "-f", "${db:Status-Status}", name];
    return execFileSync("dpkg-query", args, { encoding: "utf8", stdio: "pipe" }) === "installed";
  } catch {
    return false; // dpkg does not know it
  }
}
