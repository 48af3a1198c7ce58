import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { PGlite } from "@electric-sql/pglite";
import { dataDir as emptyCluster } from "@electric-sql/pglite-prepopulatedfs";
import { IN_DEFAULT_SCHEMA, migrate, type Schema } from "@postern/postgres";
import { Kysely, PGliteDialect } from "kysely";
import { unpackTar } from "modern-tar/fs";
import { oneAtATime } from "./one-at-a-time.ts";

export interface EmbeddedDatabase {
  readonly pglite: ReturnType<typeof oneAtATime>;
  readonly db: Kysely<Schema>;
  close(): Promise<void>;
}

/** An eighth of PGlite's default; one process needs no more. */
const SMALL = [...PGlite.defaultStartParams, "-c", "shared_buffers=16MB"];

/** Opens the database in `path`, and creates or migrates it if necessary. */
export async function openDatabase(path: string): Promise<EmbeddedDatabase> {
  if (!existsSync(path)) await seed(path);
  const pglite = oneAtATime(await PGlite.create(path, { startParams: SMALL }));
  const db = new Kysely<Schema>({
    dialect: new PGliteDialect({ pglite }),
    plugins: [...IN_DEFAULT_SCHEMA],
  });
  await migrate(db);
  return { pglite, db, close: () => db.destroy() };
}

/**
 * Unpacks beside the target and renames: a process that dies meanwhile leaves no half-written
 * database.
 */
async function seed(path: string): Promise<void> {
  const unfinished = `${path}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 }); // for this user only, whatever the archive says
  const cluster = (await emptyCluster()).stream();
  // PGlite could load the seed itself, but only with one start more.
  await pipeline(Readable.fromWeb(cluster), createGunzip(), unpackTar(unfinished));
  renameSync(unfinished, path);
}
