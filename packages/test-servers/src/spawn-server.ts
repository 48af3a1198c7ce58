import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chownSync, mkdtempSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A server that we started: its address, and how to stop it and delete its data. */
export interface RunningServer {
  readonly port: number;
  readonly process: ChildProcess;
  /** Ends it like a crash does. Its data stays. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A user other than root, for servers that refuse to run as root. `undefined`: this process is not
 * root.
 */
export function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ["postgres", "nobody"]) {
    try {
      const id = (flag: string) =>
        Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: "pipe" }));
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      continue; // no such user here: try the next
    }
  }
  throw new Error("running as root, and neither a postgres nor a nobody user to run Postgres as");
}

/** Returns a port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("not a TCP address");
  return address.port;
}

/** Creates an empty folder in `parent` that `owner` may write to. */
export function scratchFolder(
  owner: { uid: number; gid: number } | undefined,
  parent = tmpdir(),
): string {
  const folder = mkdtempSync(join(parent, "postern-"));
  if (owner) chownSync(folder, owner.uid, owner.gid);
  return folder;
}

/**
 * Starts a server and waits until `ready` resolves. With setpriv, the kernel ends the server if
 * this process is killed.
 */
export async function spawnServer(
  command: string,
  args: readonly string[],
  options: {
    readonly port: number;
    readonly folder: string;
    readonly env?: Record<string, string>;
    readonly owner?: { uid: number; gid: number } | undefined;
    /** The folder has data of an earlier run, and stays if the server does not start. */
    readonly isRestart?: boolean;
    readonly ready: () => Promise<void>;
  },
): Promise<RunningServer> {
  const tied = hasSetpriv();
  const child = spawn(
    tied ? "setpriv" : command,
    tied ? ["--pdeathsig", "KILL", command, ...args] : [...args],
    {
      cwd: options.folder,
      env: { ...process.env, ...options.env },
      stdio: "ignore",
      ...options.owner,
    },
  );
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  const stop = async () => {
    await kill();
    // The children of a killed Postgres end a moment later, and may still write.
    await rm(options.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  };
  const killAtExit = () => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  void exited.then(() => process.off("exit", killAtExit));
  try {
    await Promise.race([
      retry(options.ready),
      exited.then(() => Promise.reject(new Error(`${command} ended before it was ready`))),
    ]);
  } catch (cause) {
    await (options.isRestart ? kill() : stop());
    throw new Error(`could not start ${command}`, { cause });
  }
  return { port: options.port, process: child, kill, stop };
}

/** Sends `signal` to a process and to its children, as Postgres has one for each connection. */
export function signalTree({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
  for (const id of [pid, ...children.trim().split(" ").filter(Boolean).map(Number)]) {
    try {
      process.kill(id, signal);
    } catch {
      continue; // it has ended meanwhile
    }
  }
}

const READY_WITHIN_MS = 30_000;

/** Retries until it succeeds, or throws the last error after the time limit. */
export async function retry(attempt: () => Promise<void>): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Returns the first of `names` that is a program on this machine, in PATH or one of `folders`. */
export function findProgram(
  name: string,
  folders: readonly string[] = [],
  versionFlag = "--version",
): string | undefined {
  for (const candidate of [...folders.map((folder) => join(folder, name)), name]) {
    try {
      execFileSync(candidate, [versionFlag], { stdio: "ignore" });
      return candidate;
    } catch {
      continue;
    }
  }
  return undefined;
}

let setpriv: boolean | undefined;
const hasSetpriv = () => (setpriv ??= findProgram("setpriv") !== undefined);
