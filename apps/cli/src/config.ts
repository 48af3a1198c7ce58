import { fileURLToPath } from "node:url";
import { parseMailAddress, type SmtpOptions } from "@postern/mail";
import {
  InvalidEnvironment,
  mistakesIn,
  type SecretKey,
  sharedEnvironment,
  smtpUrl,
  wholeNumber,
  readEnvironment,
} from "@postern/process";
import { z } from "zod";

const environment = z.object({
  ...sharedEnvironment,
  DATA_DIR: z.string().min(1).optional(),
  BCRYPT_COST: wholeNumber(4, 16).default(12),
  SMTP_URL: smtpUrl.optional(),
  SMTP_TLS_UNVERIFIED: z.stringbool().default(false),
  MAIL_FROM: z.string().optional(),
});

export interface CliConfig {
  readonly databaseUrl: string | undefined;
  readonly schema: string;
  readonly redisUrl: string | undefined;
  readonly redisFence: "on" | "strict" | "off";
  readonly dataFolder: string;
  readonly secrets: readonly SecretKey[] | undefined;
  readonly bcryptCost: number;
  readonly smtp: Omit<SmtpOptions, "atOnce"> | undefined;
  readonly publicUrl: string | undefined;
  readonly brandName: string | undefined;
  readonly webhookNetworks: readonly string[];
  readonly keepDays: number;
}

/** Parses the same environment variables that the service reads. Throws `InvalidEnvironment`. */
export function parseCliConfig(env: Record<string, string | undefined>): CliConfig {
  const { data, error } = environment.safeParse(readEnvironment(env, environment.shape));
  if (!data) throw new InvalidEnvironment(mistakesIn(error));
  const { DATABASE_URL, SECRETS, SMTP_URL: url, MAIL_FROM } = data;
  if (DATABASE_URL && !SECRETS) throw new InvalidEnvironment(["SECRETS: is required"]);
  const from = MAIL_FROM === undefined ? undefined : parseMailAddress(MAIL_FROM);
  if (url && !from) throw new InvalidEnvironment(["MAIL_FROM: must be one e-mail address"]);
  return {
    databaseUrl: DATABASE_URL,
    schema: data.DATABASE_SCHEMA,
    redisUrl: data.REDIS_URL,
    redisFence: data.REDIS_FENCE,
    dataFolder: data.DATA_DIR ?? fileURLToPath(new URL("../../../.data", import.meta.url)),
    secrets: SECRETS,
    bcryptCost: data.BCRYPT_COST,
    smtp: url && from ? { url, from, isUnverified: data.SMTP_TLS_UNVERIFIED } : undefined,
    publicUrl: data.PUBLIC_URL,
    brandName: data.BRAND_NAME,
    webhookNetworks: data.WEBHOOK_ALLOW_NETWORKS ?? [],
    keepDays: data.JOB_RETENTION_DAYS,
  };
}
