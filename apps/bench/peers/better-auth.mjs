/** Better Auth on Postgres, with sessions in Redis. */
import { createServer } from "node:http";
import { hash, verify } from "@node-rs/bcrypt";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { Redis } from "ioredis";
import pg from "pg";

const redis = new Redis(process.env.REDIS_URL, { enableAutoPipelining: true });
const options = {
  baseURL: "http://localhost:5000",
  secret: "a secret of the bench's, long enough for it",
  database: new pg.Pool({ connectionString: process.env.DATABASE_URL }),
  emailAndPassword: {
    enabled: true,
    password: {
      hash: (password) => hash(password, Number(process.env.BCRYPT_COST)),
      verify: ({ password, hash: made }) => verify(password, made),
    },
  },
  secondaryStorage: {
    get: (key) => redis.get(key),
    set: async (key, value, ttl) =>
      void (await (ttl ? redis.set(key, value, "EX", Math.ceil(ttl)) : redis.set(key, value))),
    delete: async (key) => void (await redis.del(key)),
  },
  rateLimit: { enabled: false },
  advanced: { disableCSRFCheck: true, disableOriginCheck: true },
  telemetry: { enabled: false },
};
await (await getMigrations(options)).runMigrations();
const server = createServer(toNodeHandler(betterAuth(options)));
server.listen(0, "127.0.0.1", () => console.log(`listens on port ${server.address().port}`));
