import { aesSeal, bcryptHasher, hashGate, idSource, tokenFactory } from "@postern/crypto";
import { hashingAtOnce, hashThreads } from "@postern/crypto/native";
import { coursePolicy, noBreachedPasswords, type Ports } from "@postern/domain";
import {
  connectPostgres,
  migrate,
  postgresSessionHistories,
  postgresStores,
} from "@postern/postgres";
import { connectRedis, openFence, redisStores } from "@postern/redis";

/** The ports of the domain, on Postgres and Redis. */
export async function openPorts(databaseUrl: string, redisUrl: string): Promise<Ports> {
  const keys = [{ id: "1", key: Buffer.from(process.env["SECRET"] ?? "", "base64") }];
  const postgres = connectPostgres({ url: databaseUrl });
  await migrate(postgres.db);
  const { client } = await connectRedis(redisUrl);
  const { fence } = await openFence({ client, histories: postgresSessionHistories(postgres.db) });
  const gate = hashGate({ atOnce: hashingAtOnce(), maxWaitMs: 4_000, expectedMs: 200 });
  return {
    ...postgresStores(postgres.db, aesSeal({ keys })),
    ...redisStores(client, fence),
    breachedPasswords: noBreachedPasswords,
    clock: { now: () => new Date() },
    hasher: bcryptHasher({ cost: 12, gate, bcrypt: hashThreads() }),
    ids: idSource(),
    policy: coursePolicy,
    tokenFactory: tokenFactory({ keys }),
  };
}
