import { fileURLToPath } from "node:url";
import type { Policy } from "@postern/domain";
import {
  InvalidEnvironment,
  mistakesIn,
  networks,
  type SecretKey,
  sharedEnvironment,
  wholeNumber,
  readEnvironment,
} from "@postern/process";
import { z } from "zod";
import { isLoopback } from "./loopback.ts";
import { origins, type PagesConfig, pagesEnvironment, toPagesConfig } from "./pages-config.ts";
import {
  policyContradictions,
  policyEnvironment,
  policyMistakes,
  toPolicy,
} from "./policy-config.ts";

const MIN_STRICT_COST = 10; // OWASP Password Storage Cheat Sheet

const environment = z.object({
  ...sharedEnvironment,
  ...policyEnvironment,
  ...pagesEnvironment,
  HOST: z.string().min(1).optional(),
  PORT: wholeNumber(0, 65_535).default(5000),
  DATA_DIR: z.string().min(1).optional(),
  WEB_CONCURRENCY: wholeNumber(1, 256).default(1),
  KEEP_ALIVE_SECONDS: wholeNumber(1, 3_600).default(75),
  BCRYPT_COST: wholeNumber(4, 16).default(12),
  HASHER_PORT: wholeNumber(1, 65_535).optional(),
  HASHER_SECRET: z
    .string()
    .min(32, "must be 32 characters or more, from a random source")
    .optional(),
  HASHING_WAIT_SECONDS: wholeNumber(1, 30).default(4),
  CORS_ORIGINS: origins.optional(),
  CORS_HEADERS: z
    .string()
    .transform((text) => text.split(",").map((one) => one.trim().toLowerCase()))
    .refine(
      (all) => all.every((one) => /^[a-z0-9-]+$/.test(one)),
      "must be names of headers, separated by commas",
    )
    .optional(),
  TRUSTED_PROXIES: z.union([z.literal("none").transform(() => []), networks]).optional(),
  // The worker's setting. The API refuses a policy that needs mail.
  MAIL: z.enum(["off"]).optional(),
  BREACHED_PASSWORDS_URL: z
    .url({ protocol: /^https?$/, error: "must be an http(s) URL" })
    .refine((url) => url.startsWith("https:") || isLoopback(new URL(url).hostname), "must be https")
    .refine((url) => !/[?#@]/.test(url), "must consist of origin and path only")
    .optional(),
});

type Environment = z.infer<typeof environment>;

export type Stores =
  | { readonly mode: "embedded"; readonly dataFolder: string }
  | {
      readonly mode: "full";
      readonly databaseUrl: string;
      readonly schema: string;
      /** The most connections to Postgres. */
      readonly poolSize: number;
      readonly redisUrl: string | undefined;
      readonly redisFence: "on" | "strict" | "off";
    };

export interface Config {
  readonly host: string;
  readonly port: number;
  /** How long a connection is kept for the next request. */
  readonly keepAliveSeconds: number;
  readonly stores: Stores;
  readonly policy: Policy;
  /** Whether the operator has asked for open disclosure by name. */
  readonly isOpenConfirmed: boolean;
  /** The URL under which people reach the service. */
  readonly publicUrl: string | undefined;
  /** Embedded mode only, which runs the worker too: private networks that webhooks may reach. */
  readonly webhookNetworks: readonly string[];
  readonly retention: { readonly eventDays: number; readonly jobDays: number };
  /** How many processes share the port. */
  readonly processes: number;
  readonly bcryptCost: number;
  /** A request for a hash that would wait longer than this is refused. */
  readonly hashingWaitSeconds: number;
  /** Hashes for processes that cannot, on a port of its own on loopback. */
  readonly hasher: { readonly port: number; readonly secret: string } | undefined;
  /** Origins whose pages may call the service with cookies. */
  readonly corsOrigins: readonly string[];
  /** Request headers that they may send, beside the usual ones. */
  readonly corsHeaders: readonly string[];
  /** Proxies whose `X-Forwarded-For` counts. */
  readonly trustedProxies: readonly string[];
  /** The service that is asked for breached passwords, by five digits of their SHA-1. */
  readonly breachedPasswordsUrl: string | undefined;
  /** The newest first. `undefined`: the data folder has its own keys. */
  readonly secrets: readonly SecretKey[] | undefined;
  readonly logLevel: string;
  /** The name on pages and in mails. */
  readonly brandName: string | undefined;
  /** The pages for people. `undefined`: there are none, only the API. */
  readonly pages: PagesConfig | undefined;
}

/**
 * Parses the environment, once. Throws `InvalidEnvironment`, whose message names every mistake and
 * contains no value.
 */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const given = readEnvironment(env, environment.shape);
  const { data, error } = environment.safeParse(given);
  const mistakes = [...policyMistakes(given), ...(error ? mistakesIn(error) : [])];
  if (!data) throw new InvalidEnvironment(mistakes);
  const config = toConfig(data);
  mistakes.push(...contradictions(data, config));
  if (mistakes.length > 0) throw new InvalidEnvironment(mistakes);
  return config;
}

function toConfig(data: Environment): Config {
  const stores: Stores = data.DATABASE_URL
    ? {
        mode: "full",
        databaseUrl: data.DATABASE_URL,
        schema: data.DATABASE_SCHEMA,
        poolSize: data.DATABASE_POOL_SIZE,
        redisUrl: data.REDIS_URL,
        redisFence: data.REDIS_FENCE,
      }
    : {
        mode: "embedded",
        dataFolder: data.DATA_DIR ?? fileURLToPath(new URL("../../../.data", import.meta.url)),
      };
  return {
    host: data.HOST ?? (stores.mode === "embedded" ? "127.0.0.1" : "0.0.0.0"),
    port: data.PORT,
    keepAliveSeconds: data.KEEP_ALIVE_SECONDS,
    processes: data.WEB_CONCURRENCY,
    stores,
    policy: toPolicy(data, stores.mode === "embedded" ? "course" : "strict"),
    isOpenConfirmed: data.POLICY_DISCLOSURE === "open",
    publicUrl: data.PUBLIC_URL,
    webhookNetworks: data.WEBHOOK_ALLOW_NETWORKS ?? [],
    retention: { eventDays: data.EVENT_RETENTION_DAYS, jobDays: data.JOB_RETENTION_DAYS },
    bcryptCost: data.BCRYPT_COST,
    hashingWaitSeconds: data.HASHING_WAIT_SECONDS,
    hasher:
      data.HASHER_PORT && data.HASHER_SECRET
        ? { port: data.HASHER_PORT, secret: data.HASHER_SECRET }
        : undefined,
    corsOrigins: data.CORS_ORIGINS ?? [],
    corsHeaders: data.CORS_HEADERS ?? [],
    trustedProxies: data.TRUSTED_PROXIES ?? [],
    breachedPasswordsUrl: data.BREACHED_PASSWORDS_URL,
    secrets: data.SECRETS,
    logLevel: data.LOG_LEVEL,
    brandName: data.BRAND_NAME,
    pages: toPagesConfig(data),
  };
}

/** Settings that are valid alone but not together. */
function contradictions(data: Environment, { policy, stores, host }: Config): string[] {
  const { PUBLIC_URL: publicUrl, EVENT_RETENTION_DAYS: eventDays } = data;
  const sendsMail = data.MAIL !== "off";
  const mistakes = policyContradictions(policy, { publicUrl, eventDays, sendsMail });
  const isStrict = policy.name === "strict";
  if (isStrict && publicUrl?.startsWith("https:") && !data.TRUSTED_PROXIES) {
    mistakes.push(
      "TRUSTED_PROXIES: is required by the strict policy with an https PUBLIC_URL; behind a proxy " +
        "that is not listed, everybody shares one limit. Set the proxies' networks, or none",
    );
  }
  if ((data.HASHER_PORT === undefined) !== (data.HASHER_SECRET === undefined))
    mistakes.push("HASHER_PORT: needs HASHER_SECRET, and HASHER_SECRET needs HASHER_PORT");
  if (stores.mode === "embedded" && data.REDIS_URL) {
    mistakes.push(
      "REDIS_URL: needs DATABASE_URL; embedded mode keeps sessions in its own database",
    );
  }
  if (stores.mode === "embedded" && data.WEB_CONCURRENCY > 1) {
    mistakes.push("WEB_CONCURRENCY: needs DATABASE_URL; embedded mode has one process");
  }
  if (data.HASHER_PORT && data.WEB_CONCURRENCY > 1) {
    mistakes.push("WEB_CONCURRENCY: a process with HASHER_PORT hashes alone; run it beside them");
  }
  if (stores.mode === "full" && data.DATA_DIR) {
    mistakes.push("DATA_DIR: is for embedded mode only, but DATABASE_URL is set");
  }
  if (stores.mode === "full" && !data.SECRETS) {
    mistakes.push("SECRETS: is required with DATABASE_URL; mailed tokens are derived from it");
  }
  if (isStrict && !data.PUBLIC_URL) mistakes.push("PUBLIC_URL: is required by the strict policy");
  if (
    isStrict &&
    data.PUBLIC_URL?.startsWith("http:") &&
    !isLoopback(new URL(data.PUBLIC_URL).hostname)
  ) {
    mistakes.push("PUBLIC_URL: must be https under the strict policy, whose cookie is Secure");
  }
  const isAtHome = data.PUBLIC_URL !== undefined && isLoopback(new URL(data.PUBLIC_URL).hostname);
  if (isStrict && !policy.cookie.secure && !isAtHome) {
    mistakes.push("POLICY_COOKIE_SECURE: must be on under the strict policy");
  }
  const plain = (data.CORS_ORIGINS ?? []).map((origin) => new URL(origin));
  if (
    isStrict &&
    plain.some(({ protocol, hostname }) => protocol === "http:" && !isLoopback(hostname))
  ) {
    mistakes.push("CORS_ORIGINS: must be https under the strict policy, unless loopback");
  }
  if (isStrict && data.BCRYPT_COST < MIN_STRICT_COST) {
    mistakes.push(`BCRYPT_COST: must be ${MIN_STRICT_COST} or more under the strict policy`);
  }
  const isOpenToAll = policy.disclosure === "open" && !isLoopback(host);
  if (isOpenToAll && data.POLICY_DISCLOSURE !== "open") {
    mistakes.push(
      "POLICY: open disclosure gives every reset token to everybody, and HOST is not loopback; " +
        "use POLICY=strict, or set POLICY_DISCLOSURE=open to confirm",
    );
  }
  return mistakes;
}
