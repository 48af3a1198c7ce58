import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { CACHE_FOLDER } from "./cache-folder.ts";

/** Other JavaScript runtimes, from npm. Each runs a TypeScript file with its arguments behind it. */
const PACKAGES = {
  bun: { package: "bun@1.4.5", bin: ".bin/bun", args: ["run"] },
  deno: { package: "deno@2.9.6", bin: ".bin/deno", args: ["run", "--allow-all", "--no-lock"] },
} as const;

export type Runtime = "node" | keyof typeof PACKAGES;

/** Returns the command that runs a file on this runtime. Downloads it into `.cache` if needed. */
export function runtimeCommand(runtime: Runtime): readonly string[] {
  if (runtime === "node") return [process.execPath, "--disable-warning=ExperimentalWarning"];
  const { package: name, bin, args } = PACKAGES[runtime];
  const folder = join(CACHE_FOLDER, "runtimes", name);
  const program = join(folder, "node_modules", bin);
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    console.log(`fetching ${name} into .cache`);
    const options = ["--no-save", "--no-audit", "--no-fund", "--prefix", folder];
    execFileSync("npm", ["install", ...options, name], {
      stdio: "pipe",
      shell: process.platform === "win32",
    });
  }
  return [program, ...args];
}
