import { execFileSync } from "node:child_process";
import { expect } from "vitest";

/** A command of a document, and the output that the document promises. */
export interface Step {
  readonly command: string;
  readonly output: string;
}

/** Returns the steps of the first block of `console` in a Markdown text. */
export function stepsIn(markdown: string): readonly Step[] {
  const [, session = ""] = /```console\n([\s\S]*?)```/.exec(markdown) ?? [];
  return session
    .split(/^\$ /m)
    .slice(1)
    .map((step) => {
      const [command = "", ...output] = step.trimEnd().split("\n");
      return { command, output: output.join("\n") };
    });
}

/**
 * Runs a step in the shell, in the folder `cwd` and against `origin`, and expects its output. "…"
 * stands for any text.
 */
export function expectOutput({ command, output }: Step, cwd: string, origin: string): void {
  const here = command.replaceAll("http://127.0.0.1:5000", origin).replaceAll("curl ", "curl -s ");
  const printed = execFileSync("sh", ["-c", here], { cwd, encoding: "utf8" }).trimEnd();
  const [before = "", after] = output.split("…");
  if (after === undefined) expect(printed).toBe(output);
  else expect([printed.startsWith(before), printed.endsWith(after)]).toEqual([true, true]);
}

/** Whether the shell and curl are there, which the documents' commands need. */
export function hasCurl(): boolean {
  try {
    execFileSync("curl", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
