import { type Logger, pino } from "pino";

export type Log = Logger;

/** Structured lines on standard output, one JSON object each. */
export const openLog = (app: "api" | "worker", level: string): Log =>
  pino({ level, base: { app } });

/**
 * The fields of an error that may be logged. Never the error itself: drivers attach rows and
 * parameters ("Failing row contains …"), which contain addresses and hashes.
 */
export function errorFields(error: unknown): Readonly<Record<string, unknown>> {
  if (!(error instanceof Error)) return { message: "something that is no Error was thrown" };
  const { name, message, stack, cause } = error;
  const code: unknown = "code" in error ? error.code : undefined;
  return { name, message, code, stack, ...(cause !== undefined && { cause: errorFields(cause) }) };
}
