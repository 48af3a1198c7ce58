import { isIP } from "node:net";
import { z } from "zod";
import { redisUrl } from "./redis-url.ts";
import { isDecodable, parseUrl, UNDECODABLE } from "./urls.ts";

/** Digits only: `Number` would also accept "", " 7", "0x1f" and "1e3". */
export const wholeNumber = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, "must be a whole number")
    .transform(Number)
    .pipe(z.number().min(min).max(max));

const MAX_DAYS = 36_500;

/** An unknown option is refused, because the operator may rely on it. */
export const smtpUrl = z
  .url({ protocol: /^smtps?$/, error: "must be an smtp:// or smtps:// URL" })
  .refine((url) => {
    const { hostname, pathname, search, hash } = new URL(url);
    return hostname !== "" && ["", "/"].includes(pathname) && search === "" && hash === "";
  }, "must be a host, with an optional user, password and port")
  .refine(isDecodable, UNDECODABLE);

/** In CIDR notation (RFC 4632), separated by commas. */
export const networks = z
  .string()
  .transform((text) => text.split(",").map((one) => one.trim()))
  .refine((all) => all.every(isNetwork), "must be networks like 10.1.0.0/16, separated by commas");

function isNetwork(text: string): boolean {
  const [address = "", prefix = "", ...rest] = text.split("/");
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= longest;
}

const MIN_KEY_BYTES = 32;

/** Keys, the newest first: `id:base64`, separated by commas. */
const secrets = z.string().transform((text, context) => {
  const keys = text.split(",").map((one) => {
    const [id = "", encoded = "", ...rest] = one.trim().split(":");
    return { id, encoded, key: Buffer.from(encoded, "base64"), isWhole: rest.length === 0 };
  });
  for (const { id, encoded, key, isWhole } of keys) {
    // Buffer skips characters that are not base64, and would make a key of any sentence.
    const isBase64 = key.toString("base64").replace(/=+$/, "") === encoded.replace(/=+$/, "");
    const isRandom = new Set(key).size > MIN_KEY_BYTES / 4;
    if (isWhole && /^[\w-]+$/.test(id) && isBase64 && key.length >= MIN_KEY_BYTES && isRandom)
      continue;
    const message = `needs id:base64 of ${MIN_KEY_BYTES} random bytes or more, separated by commas`;
    context.addIssue({ code: "custom", message });
  }
  if (new Set(keys.map(({ id }) => id)).size < keys.length) {
    context.addIssue({ code: "custom", message: "contains an id twice" });
  }
  return keys.map(({ id, key }) => ({ id, key }));
});

/** Parses keys in the format of `SECRETS`. The error says what is wrong and contains no value. */
export function parseSecrets(text: string): readonly SecretKey[] {
  const { data, error } = secrets.safeParse(text);
  if (!data) throw new Error(error.issues.map(({ message }) => message).join("; "));
  return data;
}

/** One of the keys in `SECRETS`. */
export interface SecretKey {
  readonly id: string;
  readonly key: Uint8Array;
}

/** As libpq names them. `allow` and `prefer` would leave the choice to whoever is in between. */
const SSL_MODES = ["disable", "require", "verify-ca", "verify-full"];

/** The service writes, so it has no use for a server that does not. */
const SERVER_KINDS = ["read-write", "primary"];

const postgresUrl = z
  .string()
  .refine(
    (text) => /^postgres(ql)?:$/.test(parseUrl(text)?.protocol ?? ""),
    "must be a postgres:// URL",
  )
  .refine(isDecodable, UNDECODABLE)
  .refine(
    (text) => {
      const mode = parseUrl(text)?.searchParams.get("sslmode");
      return mode === null || mode === undefined || SSL_MODES.includes(mode);
    },
    `sslmode must be one of ${SSL_MODES.join(", ")}`,
  )
  .refine((text) => {
    const parameters = parseUrl(text)?.searchParams;
    return parameters?.get("sslmode") !== "verify-ca" || parameters.has("sslrootcert");
  }, "sslmode=verify-ca needs sslrootcert, the file with the CA")
  .refine(
    (text) => {
      const kind = parseUrl(text)?.searchParams.get("target_session_attrs");
      return kind === null || kind === undefined || SERVER_KINDS.includes(kind);
    },
    `target_session_attrs must be ${SERVER_KINDS.join(" or ")}`,
  );

/** A name that needs no quotes, and leaves room for the suffix of the queues' schema. */
const SCHEMA_NAME = /^[a-z][a-z0-9_]{0,39}$/;

/** A proxy that strips such a path would make one route of another. */
const OWN_PATHS =
  /^\/(users|sessions|profile|reset_password|email_verification|health|docs|openapi\.json|mail|\.well-known)(\/|$)/;

/** Settings of both the API and the worker. */
export const sharedEnvironment = {
  DATABASE_URL: postgresUrl.optional(),
  /** A direct connection for signals, where DATABASE_URL leads to a pooler. */
  DATABASE_LISTEN_URL: postgresUrl.optional(),
  DATABASE_SCHEMA: z
    .string()
    .regex(SCHEMA_NAME, "must be lower-case letters, digits and _, at most 40")
    .refine((name) => !/^pg_|_queues$/.test(name), "must not begin with pg_ or end in _queues")
    .default("postern"),
  DATABASE_POOL_SIZE: wholeNumber(1, 1_000).default(10),
  REDIS_URL: redisUrl.optional(),
  /**
   * off: ended sessions come back if Redis loses writes. strict: checks are refused while Postgres
   * is away.
   */
  REDIS_FENCE: z.enum(["on", "strict", "off"]).default("on"),
  SECRETS: secrets.optional(),
  BRAND_NAME: z.string().min(1).max(40).optional(),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/, error: "must be an http(s) URL" })
    .refine((url) => !/[?#@]/.test(url), "must consist of origin and path only")
    .refine(
      (url) => /^(\/[\w.~-]+)*\/?$/.test(new URL(url).pathname),
      "must have a path of letters, digits, - . _ and ~ only",
    )
    .refine(
      (url) => !OWN_PATHS.test(new URL(url).pathname),
      "must have a path that begins with none of the service's own",
    )
    .optional(),
  WEBHOOK_ALLOW_NETWORKS: networks.optional(),
  // A session may last for months, and its end must be known for as long.
  EVENT_RETENTION_DAYS: wholeNumber(31, MAX_DAYS).default(400),
  JOB_RETENTION_DAYS: wholeNumber(1, MAX_DAYS).default(7),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
};

/** Invalid environment. The message names every mistake and contains no value. */
export class InvalidEnvironment extends Error {
  constructor(mistakes: readonly string[]) {
    super(`invalid environment:\n${mistakes.map((mistake) => `  ${mistake}`).join("\n")}`);
    this.name = "InvalidEnvironment";
  }
}

/** "NAME: what is wrong with it" for each mistake, without the value, which may be a secret. */
export const mistakesIn = ({ issues }: z.ZodError): readonly string[] =>
  issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
