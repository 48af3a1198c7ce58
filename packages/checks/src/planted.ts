import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { ROOT, trackedFiles } from "./repository.ts";

/** A copy of the repository in which rules are broken, with the original's installed packages. */
export interface Copy {
  write(file: string, text: string): void;
  /** Runs a tool in the copy, and returns its output and exit code. */
  run(
    command: string,
    ...args: string[]
  ): Promise<{ readonly code: number | null; readonly output: string }>;
  remove(): void;
}

export function copyOfRepository(): Copy {
  const folder = mkdtempSync(join(tmpdir(), "postern-planted-"));
  for (const file of trackedFiles()) {
    cpSync(join(ROOT, file), join(folder, file));
    const [group = "", name = ""] = file.split("/");
    for (const place of ["", join(group, name)]) link(join(ROOT, place), join(folder, place));
  }
  return {
    write(file, text) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    },
    run: (command, ...args) => run(folder, command, args),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function link(from: string, to: string): void {
  const [source, target] = [join(from, "node_modules"), join(to, "node_modules")];
  if (existsSync(source) && !existsSync(target)) symlinkSync(source, target, "junction");
}

function run(cwd: string, command: string, args: readonly string[]) {
  const PATH = [join(ROOT, "node_modules/.bin"), process.env["PATH"]].join(delimiter);
  const env = { ...process.env, PATH, NO_COLOR: "1", TURBO_TELEMETRY_DISABLED: "1" };
  const child = spawn(command, args, { cwd, env, shell: process.platform === "win32" });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, output }));
  });
}
