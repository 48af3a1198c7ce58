import { hash, verify } from "@node-rs/bcrypt";
import {
  aesSeal,
  type Bcrypt,
  bcryptHasher,
  hashGate,
  idSource,
  tokenFactory,
} from "@postern/crypto";
import {
  coursePolicy,
  noBreachedPasswords,
  type PasswordHash,
  type Ports,
  strictPolicy,
  type UserId,
} from "@postern/domain";
import type { Subjects } from "@postern/disclosure-kit";
import { createApp } from "@postern/http";
import { createPages } from "@postern/pages";
import { postgresStores } from "@postern/postgres";
import { freshDatabase } from "@postern/postgres/testing";
import { connectRedis, noFence, redisStores } from "@postern/redis";
import { testServers } from "@postern/test-servers";
import { sql } from "kysely";
import { startServer } from "./server.ts";

const COST = 5;
const OWNERS_PASSWORD = "the owner's nine tortoises";

/** What one request made the service do. */
export interface Work {
  /** The rounds of bcrypt: 2 to the power of the cost, for each hash. */
  readonly rounds: number;
  readonly statements: readonly string[];
  readonly commands: readonly string[];
  readonly outbox: number;
}

/** A change to the service that makes it tell which addresses have an account. */
export interface Mutant {
  readonly ports?: (ports: Ports) => Ports;
  /** The hasher does not know what stored hashes cost. */
  readonly ignoresStoredCost?: boolean;
  readonly hasher?: (hasher: Ports["hasher"]) => Ports["hasher"];
  /** People use it by its pages. */
  readonly hasPages?: boolean;
  readonly answer?: (email: string, isKnown: boolean, response: Response) => Response;
}

/** The strict policy on real stores over loopback. It counts what requests make it do. */
export async function strictService({ ports: mutate = (ports) => ports, ...mutant }: Mutant = {}) {
  const [statements, commands]: [string[], string[]] = [[], []];
  let rounds = 0;
  const servers = testServers();
  const database = await freshDatabase(servers, { onStatement: (text) => statements.push(text) });
  const redis = await connectRedis(servers.redisUrl);
  const keys = [{ id: "test", key: Buffer.alloc(32, 1) }];
  const { sendCommand } = redis.client;
  redis.client.sendCommand = function counted(command, ...rest) {
    commands.push(command.name);
    return sendCommand.call(this, command, ...rest);
  };
  const counting: Bcrypt = {
    hash(password, cost) {
      rounds += 2 ** cost;
      return hash(password, cost);
    },
    verify(password, stored) {
      rounds += 2 ** Number(stored.slice(4, 6));
      return verify(password, stored);
    },
  };
  const gate = hashGate({ atOnce: 2, maxWaitMs: 60_000, expectedMs: 1 });
  const highestStoredCost = () => (mutant.ignoresStoredCost ? COST : COST + 1);
  const hasher = bcryptHasher({ cost: COST, gate, bcrypt: counting, highestStoredCost });
  const ports = mutate({
    ...postgresStores(database.db, aesSeal({ keys })),
    // The fence asks Postgres once a second, whatever the requests are: it is not counted.
    ...redisStores(redis.client, noFence),
    breachedPasswords: noBreachedPasswords,
    clock: { now: () => new Date() },
    hasher: mutant.hasher?.(hasher) ?? hasher,
    ids: idSource(),
    policy: strictPolicy,
    tokenFactory: tokenFactory({ keys }),
  });
  const app = createApp({ ports });
  const api = (request: Request) => app.fetch(request);
  const site = mutant.hasPages ? createPages({ api, policy: ports.policy }) : api;
  const known = new Set<string>();
  const server = await startServer({
    host: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const fields = new URLSearchParams(await request.clone().text());
      const email = fields.get("email") ?? "";
      const response = await site(request);
      return mutant.answer?.(email, known.has(email), response) ?? response;
    },
  });

  let count = 0;
  // The counters of other services are in the same Redis.
  const run = crypto.randomUUID().slice(0, 8);
  const anEmail = (state: string) => `${state}-${run}-${(count += 1)}@example.com`;
  const { db } = database;

  /** Creates a verified user whose hash has this cost, or who has no password. */
  async function aUser(state: string, cost: number | undefined = COST) {
    const email = anEmail(state);
    const id = ports.ids.userId();
    const passwordHash =
      cost === 0 ? undefined : ((await hash(OWNERS_PASSWORD, cost)) as PasswordHash);
    const stores = postgresStores(db, aesSeal({ keys }));
    await stores.users.create({ id, email, emailKey: email as never, passwordHash }, []);
    await sql`update postern.users set email_verified_at = now() where id = ${id}`.execute(db);
    known.add(email);
    return { id, email };
  }
  const after = async (
    user: Promise<{ id: UserId; email: string }>,
    act: (id: UserId, email: string) => Promise<unknown>,
  ) => {
    const { id, email } = await user;
    await act(id, email);
    return email;
  };

  const subjects: Subjects = {
    unknown: async () => anEmail("unknown"),
    known: async () => (await aUser("known")).email,
    unverified: () =>
      after(aUser("unverified"), (id) =>
        sql`update postern.users set email_verified_at = null where id = ${id}`.execute(db),
      ),
    disabled: () =>
      after(aUser("disabled"), (id) =>
        sql`update postern.users set disabled_at = now() where id = ${id}`.execute(db),
      ),
    capped: () =>
      after(aUser("capped"), async (id, email) => {
        const key = ports.tokenFactory.keyedHash(`account ${email}`);
        await postgresStores(db, aesSeal({ keys })).failures.reserve(key, 1, id);
        await sql`update postern.failure_counts set failures = 100 where key = ${key}`.execute(db);
      }),
    "without a password": async () => (await aUser("none", 0)).email,
    "with a cheaper hash": async () => (await aUser("cheaper", COST - 1)).email,
    "with a dearer hash": async () => (await aUser("dearer", COST + 1)).email,
  };

  return {
    url: `http://127.0.0.1:${server.port}`,
    subjects,
    /** Returns what `act` made the service do. */
    async workOf(act: () => Promise<unknown>): Promise<Work> {
      const rows = async () =>
        (
          await sql<{ count: number }>`select count(*)::int as count from postern.outbox`.execute(
            db,
          )
        ).rows[0]?.count ?? 0;
      const before = await rows();
      rounds = 0;
      statements.length = 0;
      commands.length = 0;
      await act();
      const work = { rounds, statements: [...statements], commands: [...commands] };
      return { ...work, outbox: (await rows()) - before };
    },
    async close() {
      await server.stop({ noticeMs: 0 });
      await redis.close();
      await database.close();
    },
  };
}

export const openly = { ...strictPolicy, verification: coursePolicy.verification } as const;
