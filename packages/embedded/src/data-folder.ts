import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { InvalidEnvironment, parseSecrets, type SecretKey } from "@postern/process";

/** The data folder of embedded mode. One process holds it at a time. */
export interface DataFolder {
  readonly databasePath: string;
  readonly secrets: readonly SecretKey[];
  /** Releases the folder for another process. The end of the process does so too. */
  release(): void;
}

/**
 * Opens the folder, and creates it if it does not exist. Throws `InvalidEnvironment` if another
 * process holds it.
 */
export function openDataFolder(path: string): DataFolder {
  const isNew = mkdirSync(path, { recursive: true }) !== undefined;
  // A reader of the folder could read every password hash.
  if (isNew || existsSync(join(path, "secrets"))) chmodSync(path, 0o700);
  const release = lock(path);
  return { databasePath: join(path, "postgres"), secrets: ownSecrets(path), release };
}

/**
 * PGlite loses rows without an error when two processes use one folder. SQLite's exclusive lock
 * belongs to the operating system, so it ends with the process; a pid file would stay.
 */
function lock(path: string): () => void {
  const file = new DatabaseSync(join(path, "lock"));
  try {
    file.exec("pragma locking_mode = exclusive; begin exclusive");
  } catch (cause) {
    file.close();
    const isHeld = cause instanceof Error && /database is locked/.test(cause.message);
    if (!isHeld) throw new Error("the data folder could not be locked", { cause });
    throw new InvalidEnvironment([
      "DATA_DIR: another Postern is running on this data folder; stop it, or set another DATA_DIR",
    ]);
  }
  return () => file.close();
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
