import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { requestBytes } from "./load/connection.ts";
import { canPin } from "./machine.ts";

export interface Account {
  readonly email: string;
  readonly password: string;
}

/**
 * A system that can be started and asked. The systems differ in their requests, but not in their
 * purpose.
 */
export interface System {
  readonly name: string;
  readonly script: string;
  /** Another runtime than this Node: its program and arguments. */
  readonly runtime?: readonly string[];
  /** Further arguments for Node. */
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The line it prints when it is ready, with its port if it has one. */
  readonly ready?: RegExp;
  readonly register?: (account: Account) => Buffer;
  readonly logIn?: (account: Account) => Buffer;
  readonly check: (cookie: string) => Buffer;
}

export interface RunningSystem {
  readonly system: System;
  readonly port: number;
  readonly pid: number;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

const script = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The parts of the course's contract that most services share: forms, and a cookie. */
export const courseRequests = {
  register: (account: Account) => requestBytes("POST", "/users", { form: { ...account } }),
  logIn: (account: Account) => requestBytes("POST", "/sessions", { form: { ...account } }),
  check: (cookie: string) => requestBytes("GET", "/profile", { cookie }),
};

export const LIMITS = ["l0", "l1", "l2", "l3"].map((name): System => ({
  name: name.toUpperCase(),
  script: script(`limits/${name}.server.ts`),
  check: courseRequests.check,
}));
export const smallestFull = (cost: number): System => ({
  name: "LF",
  script: script("limits/lf.server.ts"),
  env: { BCRYPT_COST: String(cost) },
  ...courseRequests,
});

const POSTERN = script("../../api/src/start.ts");
const KEY = `bench:${randomBytes(32).toString("base64")}`;
const LISTENING = { HOST: "127.0.0.1", PORT: "0" };

const WIDE = "10000000/900";
/** The load comes from one network and uses few accounts, which the usual limits would refuse. */
const WIDE_LIMITS = {
  LIMIT_LOG_IN_NETWORK: WIDE,
  LIMIT_LOG_IN_PAIR: WIDE,
  LIMIT_LOG_IN_ACCOUNT: WIDE,
};

/** As deployed: strict, cost 12, default log level. */
export const postern = (env: Readonly<Record<string, string>> = {}): System => ({
  name: "Postern",
  script: POSTERN,
  env: {
    ...LISTENING,
    ...WIDE_LIMITS,
    SECRETS: KEY,
    PUBLIC_URL: "https://auth.example.com",
    TRUSTED_PROXIES: "none",
    ...env,
  },
  ...courseRequests,
  check: (cookie) => courseRequests.check(cookie.replace(/^session_id/, "__Host-session_id")),
});

/** Several processes of it behind one port. */
export const severalPosterns = (count: number): System =>
  postern({ WEB_CONCURRENCY: String(count) });

/**
 * The same with the course policy and a cheap hash, to create accounts and to measure
 * registrations.
 */
export const posternOfTheCourse = (cost: number): System => ({
  name: "Postern",
  script: POSTERN,
  env: { ...LISTENING, SECRETS: KEY, POLICY: "course", BCRYPT_COST: String(cost) },
  ...courseRequests,
});

/** Everything in one process, with its data in `folder`. */
export const embedded = (folder: string): System => ({
  name: "Postern",
  script: POSTERN,
  env: { ...LISTENING, DATA_DIR: folder },
  ...courseRequests,
});

/** The worker, without mail. */
export const posternWorker: System = {
  name: "the worker",
  script: script("../../worker/src/main.ts"),
  env: { SECRETS: KEY, MAIL: "off" },
  ready: /worker ready/,
  check: courseRequests.check,
};

/** pg-boss moving empty jobs. */
export const emptyJobs: System = {
  name: "pg-boss",
  script: script("limits/empty-jobs.worker.ts"),
  ready: /ready/,
  check: courseRequests.check,
};

const LISTENS = /listens on (?:port |\S+:)(\d+)/;
const START_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 5;

/** Starts a system on the given CPUs, with its output in a file, as a service manager would. */
export async function startSystem(
  system: System,
  env: Readonly<Record<string, string>>,
  cpuList: string,
): Promise<RunningSystem> {
  const folder = mkdtempSync(join(tmpdir(), "postern-bench-"));
  const output = join(folder, "output");
  const fd = openSync(output, "w");
  const { PATH = "" } = process.env;
  const nodeArgs = ["--disable-warning=ExperimentalWarning", ...(system.nodeArgs ?? [])];
  const node = [...(system.runtime ?? [process.execPath, ...nodeArgs]), system.script];
  const [command = "", ...args] = canPin ? ["taskset", "-c", cpuList, ...node] : node;
  const startedAt = performance.now();
  const child = spawn(command, args, {
    env: { PATH, ...env, ...system.env },
    stdio: ["ignore", fd, fd],
  });
  closeSync(fd);
  const killAtExit = () => child.kill("SIGKILL");
  process.once("exit", killAtExit);
  const stop = async (signal?: NodeJS.Signals) => {
    await ended(child, signal);
    process.off("exit", killAtExit);
    rmSync(folder, { recursive: true, force: true });
  };
  while (performance.now() - startedAt < START_WITHIN_MS) {
    const ready = (system.ready ?? LISTENS).exec(readFileSync(output, "utf8"));
    if (ready && child.pid) return { system, port: Number(ready[1]), pid: child.pid, stop };
    if (child.exitCode !== null) break;
    await pause(LOOK_EVERY_MS);
  }
  const said = readFileSync(output, "utf8");
  await stop();
  throw new Error(`${system.name} did not start:\n${said}`);
}

async function ended(child: ChildProcess, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await gone;
}
