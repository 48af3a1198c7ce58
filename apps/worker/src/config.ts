import { z } from "zod";

/** Keys, newest first: `id:base64`, each of 32 bytes or more, separated by commas. */
const secrets = z.string().transform((text, context) => {
  const keys = text.split(",").map((one) => {
    const [id = "", encoded = "", ...rest] = one.trim().split(":");
    return { id, key: Buffer.from(encoded, "base64"), isWhole: rest.length === 0 };
  });
  const isUsable = keys.every(
    ({ id, key, isWhole }) => isWhole && /^[\w-]+$/.test(id) && key.length >= 32,
  );
  if (!isUsable) {
    context.addIssue({
      code: "custom",
      message: "needs id:base64 of 32 bytes or more, comma between",
    });
  }
  if (new Set(keys.map(({ id }) => id)).size < keys.length) {
    context.addIssue({ code: "custom", message: "has one id twice" });
  }
  return keys.map(({ id, key }) => ({ id, key }));
});

/** One of the keys in `SECRETS`. */
export interface SecretKey {
  readonly id: string;
  readonly key: Uint8Array;
}

/** What the API and the worker both read. */
export const sharedEnvironment = {
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/, error: "must be a postgres:// URL" })
    .optional(),
  REDIS_URL: z.url({ protocol: /^rediss?$/, error: "must be a redis:// URL" }).optional(),
  SECRETS: secrets.optional(),
  LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
};

/** The environment was not valid. The message names every mistake and no value. */
export class InvalidEnvironment extends Error {
  constructor(mistakes: readonly string[]) {
    super(`The environment is not valid:\n${mistakes.map((mistake) => `  ${mistake}`).join("\n")}`);
    this.name = "InvalidEnvironment";
  }
}

/** "NAME: what is wrong with it" for each, without the value, which may be a secret. */
export const mistakesIn = ({ issues }: z.ZodError): readonly string[] =>
  issues.map(({ path, message }) => `${path.join(".")}: ${message}`);

const environment = z.object(sharedEnvironment);

export interface WorkerConfig {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly secrets: readonly SecretKey[];
  readonly logLevel: string;
}

/** Reads the worker's environment, once. Throws `InvalidEnvironment`. */
export function parseWorkerConfig(env: Record<string, string | undefined>): WorkerConfig {
  const { data, error } = environment.safeParse(env);
  const mistakes = error ? [...mistakesIn(error)] : [];
  for (const name of ["DATABASE_URL", "SECRETS"] as const) {
    if (!env[name])
      mistakes.push(`${name}: is required; without Postgres the API does the worker's work`);
  }
  if (!data?.DATABASE_URL || !data.SECRETS || mistakes.length > 0)
    throw new InvalidEnvironment(mistakes);
  return {
    databaseUrl: data.DATABASE_URL,
    redisUrl: data.REDIS_URL,
    secrets: data.SECRETS,
    logLevel: data.LOG_LEVEL,
  };
}
