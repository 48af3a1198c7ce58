import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { PGlite } from "@electric-sql/pglite";
import { type Client, createClient } from "@postern/client";
import { testServers } from "@postern/test-servers";
import { Redis } from "ioredis";
import { startApi } from "./api-process.ts";
import { OPEN, startEventService } from "./event-service.ts";
import { embeddedFolder } from "./stores.ts";
import { checkedFetch } from "./visitor.ts";

/** A running service, with what people see and the mails they receive. */
export interface Deployment {
  readonly origin: string;
  readonly isClosed: boolean;
  /**
   * A new person, or another device of a person. Every answer is checked against its description.
   */
  visitor(cookie?: string): Client;
  /** Returns the texts of the mails to an address, the oldest first. */
  mailsTo(email: string): string[];
  /**
   * Returns everything stored, as text with its place. Embedded mode gets time to finish and is
   * stopped first, because only one process may open its folder.
   */
  everythingKept(): Promise<string[]>;
  readonly mode: "embedded" | "full";
  close(): Promise<void>;
}

type Query = (text: string) => Promise<Record<string, unknown>[]>;
type Environment = Readonly<Record<string, string>>;

const POLICIES = {
  course: { POLICY: "course", BCRYPT_COST: "4" },
  strict: {
    POLICY: "strict",
    BCRYPT_COST: "10",
    PUBLIC_URL: "http://127.0.0.1:5000",
    // Everybody here has one address, and asks for mails all the time.
    LIMIT_MAIL_SPACING: "1000/60",
    LIMIT_MAIL_ADDRESS: "1000/60",
    LIMIT_MAIL_NETWORK: "1000/60",
    LIMIT_REGISTRATION_NETWORK: "1000/60",
  },
} as const;

const modes = { embedded: openEmbedded, full: openFull };

/** Both modes under both policies; full mode only with a Redis. */
export const DEPLOYMENTS = (["embedded", "full"] as const).flatMap((mode) =>
  (["course", "strict"] as const).map((policy) => ({
    mode,
    policy,
    isHere: mode === "embedded" || testServers().redisUrl !== "",
    open: (more: Environment = {}) => modes[mode](policy, { ...POLICIES[policy], ...more }),
  })),
);

const EMBEDDED_SETTLES_MS = 3_000;

async function openEmbedded(policy: string, environment: Environment): Promise<Deployment> {
  const folder = embeddedFolder();
  const api = await startApi({ ...environment, DATA_DIR: folder.path });
  return {
    ...people(api.origin),
    mode: "embedded",
    isClosed: policy === "strict",
    mailsTo: (email) =>
      api.output
        .join("\n")
        .split("--- mail to ")
        .filter((mail) => mail.startsWith(`${email}: `)),
    async everythingKept() {
      if (api.child.exitCode === null) await pause(EMBEDDED_SETTLES_MS);
      await api.end("SIGTERM");
      const pglite = await PGlite.create(join(folder.path, "postgres"));
      const kept = await tables(
        async (text) => (await pglite.query<Record<string, unknown>>(text)).rows,
      );
      await pglite.close();
      return kept;
    },
    async close() {
      await api.end(); // nothing of it is kept
      folder.remove();
    },
  };
}

async function openFull(policy: string, environment: Environment): Promise<Deployment> {
  const service = await startEventService({
    environment: {
      ...(policy === "course" && OPEN),
      ...environment,
    },
    answerPost: () => ({ status: 200, body: "thanks" }),
  });
  await service.operate("webhooks", "add", `${service.receiver.url}/hook`);
  await service.startWorker();
  return {
    ...people(service.api.origin),
    mode: "full",
    isClosed: policy === "strict",
    mailsTo: (email) =>
      service.smtp.received
        .filter(({ recipients }) => recipients.includes(email))
        .map(({ message }) => `${message.subject}\n${message.text}`),
    everythingKept: async () => [
      ...(await tables((text) => service.stores.query(text))),
      ...(await keys(service.environment["REDIS_URL"] ?? "")),
    ],
    close: () => service.close(),
  };
}

function people(origin: string) {
  const visitor = (cookie?: string) =>
    createClient({ baseUrl: origin, cookie, fetch: checkedFetch });
  return { origin, visitor };
}

/** Returns every row of every table, ours and the queues', as text. */
async function tables(query: Query): Promise<string[]> {
  const found = await query(`
    select format('%I.%I', table_schema, table_name) as name from information_schema.tables
    where table_schema not in ('pg_catalog', 'information_schema') and table_type = 'BASE TABLE'`);
  const kept: string[] = [];
  for (const { name } of found) {
    const rows = await query(`select to_jsonb(kept)::text as row from ${String(name)} as kept`);
    kept.push(...rows.map(({ row }) => `${String(name)} ${String(row)}`));
  }
  return kept;
}

/** Returns every key of Redis with its value. */
async function keys(url: string): Promise<string[]> {
  const redis = new Redis(url);
  const kept: string[] = [];
  for await (const found of redis.scanStream({ match: "*", count: 1_000 })) {
    for (const key of found as string[]) {
      const type = await redis.type(key);
      const value =
        type === "hash"
          ? await redis.hgetall(key)
          : type === "string"
            ? await redis.get(key)
            : type;
      kept.push(`${key} ${JSON.stringify(value)}`);
    }
  }
  redis.disconnect();
  return kept;
}

/** Returns the token of the newest of these mails that has one. */
export function tokenIn(mails: readonly string[]): string {
  const found = mails.flatMap((mail) => /^The (?:reset )?token: (\S+)$/m.exec(mail)?.[1] ?? []);
  return found.at(-1) ?? "";
}
