import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type PostgresNode, signalTree } from "@postern/test-servers";
import pg from "pg";
import type { Fault } from "./cell.ts";
import type { FaultSystem } from "./system.ts";

const SLOW_MS = 50;

/** Opens a connection that a fault keeps, and that may be killed with the server. */
async function connected({ url }: PostgresNode): Promise<pg.Client> {
  const client = new pg.Client(url);
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

export const POSTGRES_FAULTS: readonly Fault[] = [
  {
    part: "Postgres",
    name: "kill -9",
    begin: ({ postgres }) => postgres.kill(),
    end: async (system) => void (system.postgres = await system.postgres.restart()),
  },
  {
    part: "Postgres",
    name: "SIGSTOP",
    begin: async ({ postgres }) => signalTree(postgres.process, "SIGSTOP"),
    end: async ({ postgres }) => signalTree(postgres.process, "SIGCONT"),
  },
  {
    part: "Postgres",
    name: "black hole",
    begin: async ({ toPostgres }) => toPostgres.blackHole(true),
    end: async ({ toPostgres }) => toPostgres.blackHole(false),
  },
  { part: "Postgres", name: "half-open", begin: async ({ toPostgres }) => toPostgres.swallow() },
  {
    part: "Postgres",
    name: "slow",
    begin: async ({ toPostgres }) => toPostgres.delay(SLOW_MS),
    end: async ({ toPostgres }) => toPostgres.delay(0),
  },
  fullDisk(),
  { part: "Postgres", name: "read-only", begin: readOnly("on"), end: readOnly("off") },
  startingUp(),
  {
    part: "Postgres",
    name: "promotion of a synchronous standby",
    options: { postgres: "standby" },
    async begin({ postgres, promote }) {
      await postgres.kill();
      await promote();
    },
  },
  everyConnectionTaken(),
  longLock(),
];

function readOnly(value: "on" | "off") {
  return async ({ postgres }: FaultSystem) => {
    const client = await connected(postgres);
    await client.query("set default_transaction_read_only = off");
    await client.query(`alter system set default_transaction_read_only = ${value}`);
    await client.query("select pg_reload_conf()");
    await client.end();
  };
}

/** A small disk of its own, which only root can create. */
function fullDisk(): Fault {
  let folder = "";
  return {
    part: "Postgres",
    name: "full disk",
    options: {
      postgresFolder() {
        folder = mkdtempSync(join(tmpdir(), "postern-disk-"));
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=256m,mode=755", "tmpfs", folder]);
        return folder;
      },
    },
    async begin() {
      try {
        writeFileSync(join(folder, "rest"), Buffer.alloc(256 * 1024 * 1024));
      } catch {
        return; // it is as large as the disk allows
      }
    },
    async end(system) {
      rmSync(join(folder, "rest"));
      // Without room for its log, Postgres ends itself. An operator starts it again.
      if (system.postgres.process.exitCode === null) return;
      system.postgres = await system.postgres.restart();
    },
    close: () => execFileSync("umount", ["--lazy", folder]),
  };
}

/** As in a long recovery, it refuses connections: "the database system is starting up". */
function startingUp(): Fault {
  let starting: Promise<PostgresNode> | undefined;
  return {
    part: "Postgres",
    name: "loading",
    async begin({ postgres }) {
      await postgres.kill();
      writeFileSync(join(postgres.data, "standby.signal"), "");
      starting = postgres.restart({ hot_standby: "off" });
    },
    async end(system) {
      const { data } = system.postgres;
      const [pid = ""] = readFileSync(join(data, "postmaster.pid"), "utf8").split("\n");
      writeFileSync(join(data, "promote"), "");
      process.kill(Number(pid), "SIGUSR1");
      if (starting) system.postgres = await starting;
    },
  };
}

function everyConnectionTaken(): Fault {
  const taken: pg.Client[] = [];
  return {
    part: "Postgres",
    name: "every connection taken",
    options: { postgresSettings: { max_connections: "40" } },
    async begin({ postgres }) {
      const admin = await connected(postgres);
      taken.push(admin);
      for (let round = 0; round < 5; round += 1) {
        const ours = taken.map((client) => Number(Reflect.get(client, "processID")));
        await admin.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
           where backend_type = 'client backend' and pid <> all($1)`,
          [ours],
        );
        for (;;) {
          const client = await connected(postgres).catch(() => undefined);
          if (!client) break;
          taken.push(client);
        }
      }
    },
    end: () => Promise.all(taken.splice(0).map((client) => client.end())),
  };
}

function longLock(): Fault {
  let holder: pg.Client | undefined;
  return {
    part: "Postgres",
    name: "a long lock",
    async begin({ postgres }) {
      holder = await connected(postgres);
      await holder.query("begin");
      await holder.query("lock table postern.users in access exclusive mode");
    },
    end: async () => await holder?.end(),
  };
}
