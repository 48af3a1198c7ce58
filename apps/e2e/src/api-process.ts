import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Runtime, runtimeCommand } from "@postern/test-servers";

type Environment = Readonly<Record<string, string>>;

/** A process of the service, and its output so far. */
export interface ServiceProcess {
  readonly child: ChildProcess;
  readonly output: readonly string[];
  /**
   * Sends `signal`, and resolves with the exit code when the process is gone (`null`: killed by the
   * signal).
   */
  end(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface ApiProcess extends ServiceProcess {
  readonly origin: string;
}

const API = fileURLToPath(new URL("../../api/src/main.ts", import.meta.url));
const WORKER = fileURLToPath(new URL("../../worker/src/main.ts", import.meta.url));
const ON_LOOPBACK = { HOST: "127.0.0.1", PORT: "0" };
/** The operator's commands, as a program for shells. */
export const POSTERN = fileURLToPath(new URL("../../cli/bin/postern", import.meta.url));
const CLI = fileURLToPath(new URL("../../cli/src/main.ts", import.meta.url));
const MIGRATE = fileURLToPath(new URL("../../api/src/migrate.ts", import.meta.url));

/** Another user of the machine, as whom a process runs. */
export interface OtherUser {
  readonly uid: number;
  readonly gid: number;
}

/** Starts the API on a free port of loopback, and waits until it listens. */
export async function startApi(
  environment: Environment,
  { user, runtime }: { readonly user?: OtherUser; readonly runtime?: Runtime } = {},
): Promise<ApiProcess> {
  const env = { ...ON_LOOPBACK, ...environment };
  const { service, line } = start(API, env, /listens on (\S+)/, { user, runtime });
  return { ...service, origin: await line };
}

/** Starts the worker, and waits until it is ready. */
export async function startWorker(environment: Environment): Promise<ServiceProcess> {
  const { service, line } = start(WORKER, environment, /(worker ready)/);
  await line;
  return service;
}

/** Starts the API without waiting, for a test that expects it to fail or kills it early. */
export const launchApi = (environment: Environment): ServiceProcess =>
  launch(API, { ...ON_LOOPBACK, ...environment });

/** The same for the worker. */
export const launchWorker = (environment: Environment): ServiceProcess =>
  launch(WORKER, environment);

function launch(script: string, environment: Environment): ServiceProcess {
  const { service, line } = start(script, environment, /(never said)/);
  line.catch(() => undefined); // the caller does not care whether it gets there
  return service;
}

/** Runs the migrations. */
export async function migrate(environment: Environment): Promise<void> {
  const { service, line } = start(MIGRATE, environment, /(applied|nothing to do)/);
  await line;
  await exitOf(service.child);
}

/** Runs one of the operator's commands. */
export async function postern(
  environment: Environment,
  ...args: string[]
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const { PATH = "" } = process.env;
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", CLI, ...args], {
    env: { PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (text) => (stdout += String(text)));
  child.stderr.on("data", (text) => (stderr += String(text)));
  const code = await exitOf(child);
  return { code, stdout, stderr };
}

/** Runs an operator's command whose output goes to `output`, as the shell writes it: `| head`. */
export async function posternInto(
  output: string,
  environment: Environment,
  ...args: string[]
): Promise<{ readonly code: number; readonly read: string; readonly stderr: string }> {
  const { PATH = "" } = process.env;
  // A pipe hides the exit code of its first command, so that one is written to standard error.
  const script = `{ "$0" "$@"; echo "code $?" >&2; } ${output}`;
  const command = [process.execPath, "--disable-warning=ExperimentalWarning", CLI, ...args];
  const child = spawn("sh", ["-c", script, ...command], {
    env: { PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [read, stderr] = ["", ""];
  child.stdout.on("data", (text) => (read += String(text)));
  child.stderr.on("data", (text) => (stderr += String(text)));
  await exitOf(child);
  return { code: Number(/^code (\d+)$/m.exec(stderr)?.[1]), read, stderr };
}

function start(
  script: string,
  environment: Environment,
  wanted: RegExp,
  { user, runtime = "node" }: { user?: OtherUser | undefined; runtime?: Runtime | undefined } = {},
) {
  const { PATH = "" } = process.env;
  const [program, ...args] = [...runtimeCommand(runtime), script];
  // Without the environment of the tests, so that no setting of the machine has an effect.
  const child = spawn(program, args, {
    env: { PATH, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
    ...user,
  });
  const output: string[] = [];
  const line = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (text) => {
        output.push(text);
        const [, found] = wanted.exec(text) ?? [];
        if (found !== undefined) resolve(found);
      });
    }
    child.once("close", () =>
      reject(new Error(`ended before it was ready:\n${output.join("\n")}`)),
    );
  });
  const end = async (signal: NodeJS.Signals = "SIGKILL") => {
    child.kill(signal);
    return await exitOf(child);
  };
  const service: ServiceProcess = { child, output, end };
  return { service, line };
}

/** Resolves with the exit code when the process is gone. */
export async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  return await new Promise((resolve) => child.once("close", (code) => resolve(code)));
}
