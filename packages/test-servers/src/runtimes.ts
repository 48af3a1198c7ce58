import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { CACHE_FOLDER } from "./cache-folder.ts";

/** Other JavaScript runtimes, from npm, and how each runs a TypeScript file. */
const PACKAGES = {
  bun: { package: "bun@1.4.5", program: "bun/bin/bun.exe", args: ["run"] },
  deno: {
    package: "deno@2.9.6",
    program: process.platform === "win32" ? "deno/deno.exe" : "deno/deno",
    args: ["run", "--allow-all", "--no-lock"],
  },
} as const;

export type Runtime = "node" | keyof typeof PACKAGES;

/** Returns the command that runs a file on this runtime. */
export function runtimeCommand(runtime: Runtime): readonly [string, ...string[]] {
  if (runtime === "node") return [process.execPath, "--disable-warning=ExperimentalWarning"];
  const { package: name, program, args } = PACKAGES[runtime];
  const modules = npmFolder(runtime, [name]);
  const path = join(modules, program);
  // The first call of the wrapper puts the program there. A signal must reach the program itself.
  if (!existsSync(path)) execFileSync(join(modules, ".bin", runtime), ["--version"]);
  return [path, ...args];
}

/** Installs these packages into `.cache`, if they are not there, and returns their folder. */
export function npmFolder(name: string, packages: readonly string[]): string {
  const folder = join(CACHE_FOLDER, "runtimes", packages.join("+"));
  const modules = join(folder, "node_modules");
  if (!existsSync(join(modules, ".package-lock.json"))) {
    mkdirSync(folder, { recursive: true });
    console.log(`fetching ${name} into .cache`);
    const options = ["--no-save", "--no-audit", "--no-fund", "--prefix", folder];
    execFileSync("npm", ["install", ...options, ...packages], {
      stdio: "pipe",
      shell: process.platform === "win32",
    });
  }
  return modules;
}
