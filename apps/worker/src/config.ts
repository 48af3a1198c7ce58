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
import type { WorkerOptions } from "@postern/worker";

const environment = z.object({
  ...sharedEnvironment,
  MAIL: z.enum(["off"]).optional(),
  EVENT_TRIES: wholeNumber(1, 1_000).optional(),
  SMTP_URL: smtpUrl.optional(),
  SMTP_TLS_UNVERIFIED: z.stringbool().default(false),
  MAIL_FROM: z
    .string()
    .transform((text, context) => {
      const address = parseMailAddress(text);
      if (!address) context.addIssue({ code: "custom", message: "must be one e-mail address" });
      return address ?? z.NEVER;
    })
    .optional(),
});

export interface WorkerConfig {
  readonly databaseUrl: string;
  /** A direct connection for signals, if `databaseUrl` leads to a pooler. */
  readonly listenUrl: string | undefined;
  readonly schema: string;
  /** The most connections to Postgres, besides those of the queues. */
  readonly poolSize: number;
  readonly redisUrl: string | undefined;
  readonly redisFence: "on" | "strict" | "off";
  readonly secrets: readonly SecretKey[];
  /**
   * `off`: mails are dropped, as the operator asked. `undefined`: mails wait for a worker that can
   * send them.
   */
  readonly smtp: Omit<SmtpOptions, "atOnce"> | "off" | undefined;
  readonly publicUrl: string | undefined;
  /** The name in mails. */
  readonly brandName: string | undefined;
  /** Private networks that webhooks may reach. */
  readonly webhookNetworks: readonly string[];
  readonly retention: WorkerOptions["retention"];
  /** Number of tries before an event becomes a dead letter. */
  readonly tries: number | undefined;
  readonly logLevel: string;
}

/** Parses the worker's environment, once. Throws `InvalidEnvironment`. */
export function parseWorkerConfig(env: Record<string, string | undefined>): WorkerConfig {
  const given = readEnvironment(env, environment.shape);
  const { data, error } = environment.safeParse(given);
  const mistakes = error ? [...mistakesIn(error)] : [];
  if (!given["DATABASE_URL"]) {
    mistakes.push("DATABASE_URL: is required; without it the API does the worker's work itself");
  }
  if (!given["SECRETS"]) mistakes.push("SECRETS: is required");
  if (given["SMTP_URL"] && !given["MAIL_FROM"])
    mistakes.push("MAIL_FROM: is required with SMTP_URL");
  if (given["MAIL_FROM"] && !given["SMTP_URL"])
    mistakes.push("SMTP_URL: is required with MAIL_FROM");
  if (given["SMTP_URL"] && given["MAIL"]) mistakes.push("MAIL: is off, and SMTP_URL is set");
  if (given["SMTP_URL"] && !given["PUBLIC_URL"]) {
    mistakes.push("PUBLIC_URL: is required with SMTP_URL, whose mails link there");
  }
  if (!data?.DATABASE_URL || !data.SECRETS || mistakes.length > 0)
    throw new InvalidEnvironment(mistakes);
  const { SMTP_URL: url, MAIL_FROM: from } = data;
  return {
    databaseUrl: data.DATABASE_URL,
    listenUrl: data.DATABASE_LISTEN_URL,
    schema: data.DATABASE_SCHEMA,
    poolSize: data.DATABASE_POOL_SIZE,
    redisUrl: data.REDIS_URL,
    redisFence: data.REDIS_FENCE,
    secrets: data.SECRETS,
    smtp:
      data.MAIL ??
      (url && from ? { url, from, isUnverified: data.SMTP_TLS_UNVERIFIED } : undefined),
    publicUrl: data.PUBLIC_URL,
    brandName: data.BRAND_NAME,
    webhookNetworks: data.WEBHOOK_ALLOW_NETWORKS ?? [],
    retention: { eventDays: data.EVENT_RETENTION_DAYS, jobDays: data.JOB_RETENTION_DAYS },
    tries: data.EVENT_TRIES,
    logLevel: data.LOG_LEVEL,
  };
}
