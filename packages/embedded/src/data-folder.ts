import { randomBytes } from "node:crypto";
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { InvalidEnvironment, parseSecrets, type SecretKey } from "@postern/process";

/** The data folder of embedded mode. One process holds it at a time. */
export interface DataFolder {
  readonly databasePath: string;
  readonly secrets: readonly SecretKey[];
  /** Rejects if the disk is full. */
  probeSpace(): Promise<void>;
  /** Releases the folder for another process. The end of the process does so too. */
  release(): void;
}

/** Group and others. */
const EVERYBODY_ELSE = 0o077;
const PROBE_BYTES = 1_048_576;
/** What we create in the folder. */
const ENTRIES = ["lock", "pid", "probe", "secrets", "secrets.new", "postgres", "postgres.new"];

/**
 * Opens the folder, and creates it if it does not exist. Other users of the machine can read
 * nothing in it, even if the folder itself belongs to somebody else and is open to all. Throws
 * `InvalidEnvironment` if it cannot be used or if another process holds it.
 */
export function openDataFolder(path: string): DataFolder {
  process.umask(EVERYBODY_ELSE); // for whatever this process creates from now on
  try {
    mkdirSync(path, { recursive: true });
    for (const name of ENTRIES) makeOurs(join(path, name));
    const release = lock(path);
    writeFileSync(join(path, "pid"), `${process.pid}\n`); // for the message to a second process
    const probe = join(path, "probe");
    return {
      databasePath: join(path, "postgres"),
      secrets: ownSecrets(path),
      async probeSpace() {
        await writeFile(probe, Buffer.alloc(PROBE_BYTES));
        await rm(probe);
      },
      release,
    };
  } catch (cause) {
    const { code, path: at = path } = cause as NodeJS.ErrnoException;
    if (code === undefined || !UNUSABLE.has(code)) throw cause;
    const user = process.getuid?.();
    throw new InvalidEnvironment([
      `DATA_DIR: ${at} cannot be used by the user ${user ?? "of this process"} (${code})`,
    ]);
  }
}

const UNUSABLE = new Set(["EACCES", "EEXIST", "ENOTDIR", "EPERM", "EROFS"]);

/**
 * Takes from everybody else what is in the folder, because a reader of the database could read
 * every password hash. Throws if it is not ours, because PGlite's error would not say so.
 */
function makeOurs(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) return;
  const { mode, uid } = found;
  const isDirectory = found.isDirectory();
  if (process.getuid?.() === 0 && uid !== 0) {
    const reason = `belongs to the user ${uid}, who could not use what root would write into it`;
    throw new InvalidEnvironment([`DATA_DIR: ${path} ${reason}; run as that user`]);
  }
  const entries = isDirectory ? readdirSync(path, { recursive: true, encoding: "utf8" }) : [];
  for (const name of ["", ...entries])
    accessSync(join(path, name), constants.R_OK | constants.W_OK);
  if (process.platform !== "win32" && (mode & EVERYBODY_ELSE) !== 0)
    chmodSync(path, mode & 0o777 & ~EVERYBODY_ELSE);
}

/**
 * PGlite loses rows without an error when two processes use one folder. SQLite's exclusive lock
 * belongs to the operating system, so it ends with the process; a pid file would stay.
 */
function lock(path: string): () => void {
  const lockPath = join(path, "lock");
  writeFileSync(lockPath, "", { flag: "a" }); // its errors say more than SQLite's
  const file = new DatabaseSync(lockPath);
  try {
    file.exec("pragma locking_mode = exclusive; begin exclusive");
  } catch (cause) {
    file.close();
    const isHeld = cause instanceof Error && /database is locked/.test(cause.message);
    if (!isHeld) throw new Error("the data folder could not be locked", { cause });
    throw new InvalidEnvironment([
      `DATA_DIR: another Postern is running on this data folder${holderOf(path)}; stop it, or set another DATA_DIR`,
    ]);
  }
  return () => file.close();
}

/** Returns which process holds the folder, for a message. */
function holderOf(path: string): string {
  try {
    return ` (process ${Number.parseInt(readFileSync(join(path, "pid"), "utf8"), 10)})`;
  } catch {
    return ""; // it has locked the folder, and not written its id yet
  }
}

/**
 * Reads the folder's own keys, and creates them at the first start. The rename makes sure that no
 * half-written key is ever read.
 */
function ownSecrets(path: string): readonly SecretKey[] {
  const file = join(path, "secrets");
  if (!existsSync(file)) {
    writeFileSync(`${file}.new`, `own:${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  try {
    return parseSecrets(readFileSync(file, "utf8").trim());
  } catch (cause) {
    throw new Error(`${file}: malformed keys`, { cause });
  }
}
