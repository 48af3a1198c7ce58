import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Packs all packages that are published into a folder, with the pnpm that runs this process. */
export async function packAll(folder: string): Promise<void> {
  const running = process.env["npm_execpath"] ?? "";
  const isScript = /\.c?js$/.test(running);
  const pnpm = !running.includes("pnpm")
    ? ["npx", "-y", "pnpm@12"]
    : isScript
      ? [process.execPath, running]
      : [running];
  const [program, ...args] = [...pnpm, "pack:all", folder];
  await promisify(execFile)(program, args, { cwd: ROOT, shell: process.platform === "win32" });
}
