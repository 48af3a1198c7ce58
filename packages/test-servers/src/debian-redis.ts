import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { CACHE_FOLDER } from "./cache-folder.ts";
import { findProgram } from "./spawn-server.ts";

/**
 * A redis-server from Debian's packages, unpacked into `.cache` with the libraries it needs and not
 * installed; `undefined` where there is no apt, or it does not know the package.
 */
export function debianRedis(): { path: string; libraries: string } | undefined {
  const folder = join(CACHE_FOLDER, "redis");
  const root = join(folder, "root");
  const path = join(root, "usr/bin/redis-server");
  if (!existsSync(path)) {
    if (!findProgram("apt-get") || !findProgram("dpkg")) return undefined;
    console.log("No Redis on this machine: unpacking Debian's package into .cache");
    try {
      fetchPackages(folder, root);
    } catch (error) {
      console.error(
        `apt could not fetch it (is the package list there? apt-get update): ${String(error)}`,
      );
      return undefined;
    }
  }
  const libraries = globSync(join(root, "usr/lib/*-linux-*"));
  return existsSync(path) ? { path, libraries: libraries.join(":") } : undefined;
}

function fetchPackages(folder: string, root: string): void {
  mkdirSync(root, { recursive: true });
  const run = (command: string, args: readonly string[]) =>
    execFileSync(command, args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const relations = ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"];
  const depends = run("apt-cache", [
    "depends",
    "--recurse",
    ...relations.map((relation) => `--no-${relation}`),
    "redis-server",
  ]);
  const wanted = depends.split("\n").filter((line) => /^(redis|lib|lua)[a-z0-9.+-]*$/.test(line));
  const missing = wanted.filter((name) => name.startsWith("redis") || !isInstalled(name));
  run("apt-get", ["download", ...missing]);
  for (const archive of readdirSync(folder).filter((name) => name.endsWith(".deb"))) {
    run("dpkg", ["-x", archive, root]);
  }
}

function isInstalled(name: string): boolean {
  try {
    const args = ["-W", "-f", "${db:Status-Status}", name];
    return execFileSync("dpkg-query", args, { encoding: "utf8", stdio: "pipe" }) === "installed";
  } catch {
    return false; // dpkg has never heard of it
  }
}
