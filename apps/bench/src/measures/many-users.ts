import { createHash, randomBytes } from "node:crypto";
import { hash } from "@node-rs/bcrypt";
import { accountOf, PASSWORD } from "../accounts.ts";
import { withPostgres, withRedis } from "../stores.ts";

/** About as many cookies are returned, for the load. */
const SAMPLED = 10_000;
const BATCH_SIZE = 5_000;
const DAY_MS = 86_400_000;

/**
 * Writes this many users with a session each, in the format of the service, and returns the cookies
 * of some, spread over all. Through the service it would take hours.
 */
export async function fill(
  databaseUrl: string,
  redisUrl: string,
  users: number,
): Promise<string[]> {
  const cheap = await hash(PASSWORD, 4);
  await withPostgres(databaseUrl, async (client) => {
    await client.query(
      `insert into postern.users (id, email, email_key, password_hash)
       select ('01930000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
         'somebody-' || n || '@example.com', 'somebody-' || n || '@example.com', $1
       from generate_series(0, $2::int - 1) as n`,
      [cheap, users],
    );
    await client.query(
      `insert into postern.events (id, type, version, user_id, occurred_at, data)
       select gen_random_uuid(), 'user.created', 1, id, now(), '{}' from postern.users`,
    );
    await client.query("vacuum analyze");
  });
  // A service has run on the database: it knows where the sessions are in Redis.
  const source = await withPostgres(databaseUrl, async (client) => {
    const { rows } = await client.query<{ source: string }>(
      "select source from postern.session_histories limit 1",
    );
    return rows[0]?.source ?? "";
  });
  return await withRedis(redisUrl, async (redis) => {
    const cookies: string[] = [];
    const every = Math.max(1, Math.floor(users / SAMPLED));
    const now = Date.now();
    for (let from = 0; from < users; from += BATCH_SIZE) {
      const pipeline = redis.pipeline();
      for (let n = from; n < Math.min(from + BATCH_SIZE, users); n += 1) {
        const hex = `01930000000070008000${n.toString(16).padStart(12, "0")}`;
        const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
        const secret = randomBytes(32);
        const packed = `0 ${now}000 ${now} ${DAY_MS} ${now + 7 * DAY_MS} 0`;
        const field = createHash("sha256").update(secret).digest("hex");
        const user = `0 0 - ${accountOf(n).email}`;
        const partition = (n % 256) % 64; // of the id's last two digits
        const key = `postern:{p${partition}}:${source}:${id}`;
        pipeline.hset(key, "user", user, field, packed);
        pipeline.pexpire(key, 7 * DAY_MS);
        if (n % every !== 0) continue;
        const token = Buffer.concat([Buffer.from(hex, "hex"), secret]).toString("base64url");
        cookies.push(`session_id=${token}`);
      }
      await pipeline.exec();
    }
    return cookies;
  });
}

/** Returns the query plans for finding a user, and for finding the end of a session. */
export const plans = async (databaseUrl: string): Promise<string> =>
  await withPostgres(databaseUrl, async (client) => {
    const queries = [
      "select * from postern.users where email_key = 'somebody-77@example.com'",
      "select * from postern.users where id = '01930000-0000-7000-8000-00000000004d'",
      "select from postern.events where type = 'session.revoked' and data->>'sessionId' = 'x'",
    ];
    const explained: string[] = [];
    for (const query of queries) {
      const { rows } = await client.query<{ "QUERY PLAN": string }>(`explain (costs off) ${query}`);
      explained.push(...rows.map((row) => row["QUERY PLAN"]));
    }
    return explained.join("\n");
  });
