import { coursePolicy, type Policy, strictPolicy } from "@postern/domain";

/** The variables, secrets and bindings of the worker (wrangler.jsonc). */
export interface EdgeEnvironment {
  /** Hyperdrive pools the connections to Postgres outside. */
  readonly HYPERDRIVE?: { readonly connectionString: string };
  /** Without Hyperdrive. */
  readonly DATABASE_URL?: string;
  readonly DATABASE_SCHEMA?: string;
  readonly REDIS_URL?: string;
  readonly REDIS_FENCE?: string;
  readonly PUBLIC_URL?: string;
  /** `id:base64`, the newest first, separated by commas. */
  readonly SECRETS?: string;
  readonly HASHER_URL?: string;
  readonly HASHER_SECRET?: string;
  /** The hasher's `BCRYPT_COST`. Default: 12. */
  readonly BCRYPT_COST?: string;
  readonly POLICY?: string;
  /** `open` confirms the course policy, for a trial. */
  readonly POLICY_DISCLOSURE?: string;
}

export interface EdgeConfig {
  readonly databaseUrl: string;
  readonly schema: string | undefined;
  readonly redisUrl: string | undefined;
  readonly redisFence: string | undefined;
  readonly publicUrl: string;
  readonly keys: readonly { readonly id: string; readonly key: Uint8Array }[];
  readonly hasher: { readonly url: string; readonly secret: string; readonly cost: number };
  readonly policy: Policy;
}

const MIN_SECRET = 32;
const LOOPBACK = /^http:\/\/(localhost|127(\.\d+){3}|\[::1\])(:\d+)?(\/|$)/;

/** Parses `id:base64` of 32 bytes or more, separated by commas. */
function parseKeys(text: string): EdgeConfig["keys"] {
  return text.split(",").map((one) => {
    const [id = "", encoded = ""] = one.trim().split(":");
    const key = Buffer.from(encoded, "base64");
    if (!/^[\w-]+$/.test(id) || key.length < MIN_SECRET)
      throw new Error("invalid environment: SECRETS: needs id:base64 of 32 random bytes or more");
    return { id, key };
  });
}

/** Reads the environment. Throws with every mistake, and no value. */
export function readEnvironment(env: EdgeEnvironment): EdgeConfig {
  const databaseUrl = env.HYPERDRIVE?.connectionString ?? env.DATABASE_URL;
  const { PUBLIC_URL: publicUrl, SECRETS: secrets, HASHER_URL: url, HASHER_SECRET: secret } = env;
  const { BCRYPT_COST: cost = "12", POLICY: policy = "strict" } = env;
  const mistakes = Object.entries({
    DATABASE_URL: databaseUrl,
    PUBLIC_URL: publicUrl,
    SECRETS: secrets,
    HASHER_URL: url,
    HASHER_SECRET: secret,
  }).flatMap(([name, value]) => (value ? [] : [`${name}: is required`]));
  if (secret && secret.length < MIN_SECRET)
    mistakes.push(`HASHER_SECRET: must be ${MIN_SECRET} characters or more`);
  if (!/^(4|5|6|7|8|9|1[0-6])$/.test(cost)) mistakes.push("BCRYPT_COST: must be 4 to 16");
  if (policy !== "strict" && policy !== "course") mistakes.push("POLICY: must be strict or course");
  if (policy === "course" && env.POLICY_DISCLOSURE !== "open")
    mistakes.push("POLICY: course gives every reset token to everybody; use strict");
  if (
    policy === "strict" &&
    publicUrl &&
    !publicUrl.startsWith("https:") &&
    !LOOPBACK.test(publicUrl)
  )
    mistakes.push("PUBLIC_URL: must be https under the strict policy");
  if (!databaseUrl || !publicUrl || !secrets || !url || !secret || mistakes.length > 0)
    throw new Error(`invalid environment: ${mistakes.join("; ")}`);
  return {
    databaseUrl,
    schema: env.DATABASE_SCHEMA,
    redisUrl: env.REDIS_URL,
    redisFence: env.REDIS_FENCE,
    publicUrl,
    keys: parseKeys(secrets),
    hasher: { url, secret, cost: Number(cost) },
    policy: policy === "course" ? coursePolicy : strictPolicy,
  };
}
