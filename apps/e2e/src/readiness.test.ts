import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initdbProgram, startPostgres, testServers } from "@postern/test-servers";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrate, startApi } from "./api-process.ts";

const PATIENCE = { timeout: 20_000, interval: 100 };
const READY = "200 ready";
const FAILING = "503 not ready: postgres takes no writes";
const MIB = 1_048_576;
const initdb = initdbProgram();
const { redisUrl } = testServers();

/** Starts an API on a Postgres of its own, in `parent`. */
async function startOnItsOwn(parent?: string) {
  const postgres = await startPostgres(initdb ?? "", { wal_recycle: "off" }, parent);
  const url = `postgres://postgres@127.0.0.1:${postgres.port}/postgres`;
  await migrate({ DATABASE_URL: url });
  const SECRETS = `test:${randomBytes(32).toString("base64")}`;
  const api = await startApi({
    DATABASE_URL: url,
    REDIS_URL: redisUrl,
    SECRETS,
    POLICY: "course",
    POLICY_DISCLOSURE: "open",
    BCRYPT_COST: "4",
  });
  const ask = async (path: string) => {
    const response = await fetch(`${api.origin}/health/ready${path}`);
    const { message = "ready" } = (await response.json()) as { message?: string };
    return `${response.status} ${message}`;
  };
  return {
    url,
    api,
    ask,
    async close() {
      await api.end();
      await postgres.stop();
    },
  };
}

/** Mounts a small file system. Returns its folder, or "" if this process may not. */
function smallDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), "postern-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=160m,mode=755", "tmpfs", folder], {
      stdio: "pipe",
    });
    return folder;
  } catch {
    rmdirSync(folder);
    return "";
  }
}

let disk = "";
beforeAll(() => {
  disk = smallDisk();
  if (!disk) console.warn("\n*** NO DISK CAN BE MOUNTED: A FULL ONE IS NOT TRIED. ***\n");
});
afterAll(() => {
  if (!disk) return;
  // Children of the Postgres that was killed on it may be there for a moment.
  execFileSync("umount", ["--lazy", disk]);
  rmdirSync(disk);
});

describe.skipIf(!initdb || !redisUrl)("an API whose Postgres takes no writes", () => {
  it("stays ready, but not for writes, on a server that became read-only", async () => {
    const { url, ask, close } = await startOnItsOwn();
    expect(await ask("?writes")).toBe(READY);
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    for (const [value, wanted] of [
      ["on", FAILING],
      ["off", READY],
    ] as const) {
      await admin.query(`alter system set default_transaction_read_only = ${value}`);
      await admin.query("select pg_reload_conf()");
      await expect.poll(() => ask("?writes"), PATIENCE).toBe(wanted);
      expect(await ask("")).toBe(READY);
    }
    await admin.end();
    await close();
  });

  it("stays ready, but not for writes, on a full disk", async ({ skip }) => {
    skip(!disk, "this process may not mount a disk");
    const { ask, close } = await startOnItsOwn(disk);
    expect(await ask("?writes")).toBe(READY);
    const fill = join(disk, "fill");
    try {
      for (let size = 64 * MIB; size >= 4_096; size /= 2) {
        for (;;) {
          try {
            writeFileSync(fill, Buffer.alloc(size), { flag: "a" });
          } catch {
            break;
          }
        }
      }
      await expect.poll(() => ask("?writes"), PATIENCE).toBe(FAILING);
      expect(await ask("")).toBe(READY);
      rmSync(fill);
      await expect.poll(() => ask("?writes"), PATIENCE).toBe(READY);
    } finally {
      await close();
    }
  });
});
