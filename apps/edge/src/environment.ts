import { coursePolicy, type Policy, strictPolicy } from "@postern/domain";

/** The variables, secrets and bindings of the worker (wrangler.jsonc). */
export interface EdgeEnvironment {
  /** Hyperdrive pools the connections to Postgres outside. */
  readonly HYPERDRIVE?: { readonly connectionString: string };
  /** Without Hyperdrive. */
  readonly DATABASE_URL?: string;
  readonly DATABASE_SCHEMA?: string;
  readonly REDIS_URL?: string;
  readonly PUBLIC_URL?: string;
  /** `id:base64`, the newest first, separated by commas. */
  readonly SECRETS?: string;
  readonly HASHER_URL?: string;
  readonly HASHER_SECRET?: string;
  /** The hasher's `BCRYPT_COST`. Default: 12. */
  readonly BCRYPT_COST?: string;
  readonly POLICY?: string;
}

export interface EdgeConfig {
  readonly databaseUrl: string;
  readonly schema: string | undefined;
  readonly redisUrl: string | undefined;
  readonly publicUrl: string;
  readonly keys: readonly { readonly id: string; readonly key: Uint8Array }[];
  readonly hasher: { readonly url: string; readonly secret: string; readonly cost: number };
  readonly policy: Policy;
}

/** Reads the environment. Throws with every setting that is missing, and no value. */
export function readEnvironment(env: EdgeEnvironment): EdgeConfig {
  const databaseUrl = env.HYPERDRIVE?.connectionString ?? env.DATABASE_URL;
  const { PUBLIC_URL: publicUrl, SECRETS: secrets, HASHER_URL: url, HASHER_SECRET: secret } = env;
  const needed = { DATABASE_URL: databaseUrl, PUBLIC_URL: publicUrl, SECRETS: secrets };
  const missing = Object.entries({ ...needed, HASHER_URL: url, HASHER_SECRET: secret })
    .filter(([, value]) => !value)
    .map(([name]) => name);
  if (!databaseUrl || !publicUrl || !secrets || !url || !secret)
    throw new Error(`invalid environment: ${missing.join(", ")}: required`);
  return {
    databaseUrl,
    schema: env.DATABASE_SCHEMA,
    redisUrl: env.REDIS_URL,
    publicUrl,
    keys: secrets.split(",").map((one) => {
      const [id = "", key = ""] = one.trim().split(":");
      return { id, key: Buffer.from(key, "base64") };
    }),
    hasher: { url, secret, cost: Number(env.BCRYPT_COST ?? "12") },
    policy: env.POLICY === "course" ? coursePolicy : strictPolicy,
  };
}
