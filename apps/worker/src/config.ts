import {
  InvalidEnvironment,
  mistakesIn,
  type SecretKey,
  sharedEnvironment,
  withoutEmpty,
} from "@postern/process";
import { z } from "zod";

const environment = z.object(sharedEnvironment);

export interface WorkerConfig {
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly secrets: readonly SecretKey[];
  readonly logLevel: string;
}

/** Reads the worker's environment, once. Throws `InvalidEnvironment`. */
export function parseWorkerConfig(env: Record<string, string | undefined>): WorkerConfig {
  const given = withoutEmpty(env);
  const { data, error } = environment.safeParse(given);
  const mistakes = error ? [...mistakesIn(error)] : [];
  if (!given["DATABASE_URL"]) {
    mistakes.push("DATABASE_URL: is required; without it the API does the worker's work itself");
  }
  if (!given["SECRETS"]) mistakes.push("SECRETS: is required");
  if (!data?.DATABASE_URL || !data.SECRETS || mistakes.length > 0)
    throw new InvalidEnvironment(mistakes);
  return {
    databaseUrl: data.DATABASE_URL,
    redisUrl: data.REDIS_URL,
    secrets: data.SECRETS,
    logLevel: data.LOG_LEVEL,
  };
}
