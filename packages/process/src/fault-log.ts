import { errorFields, type Log } from "./log.ts";

/** Logs faults that may come thousands of times a second, each kind at most once a second. */
type FaultLog = Readonly<
  Record<
    "warn" | "error",
    (message: string, error: unknown, fields?: Readonly<Record<string, unknown>>) => void
  >
>;

const EVERY_MS = 1_000;
/** Messages with changing parts would otherwise be kinds without end. */
const MAX_KINDS = 100;

/**
 * Logs the first fault of a kind at once, with its stack. The next ones are counted, and their
 * number is logged once a second until a second passes without any. A kind is the log message with
 * the messages of the error and its causes.
 */
export function faultLog(log: Log): FaultLog {
  const counts = new Map<string, number>();

  function write(
    level: "warn" | "error",
    message: string,
    error: unknown,
    fields: Readonly<Record<string, unknown>> = {},
  ): void {
    const found = `${level} ${message}: ${messagesOf(error).join(": ")}`;
    const kind = counts.has(found) || counts.size < MAX_KINDS ? found : `${level} ${message}`;
    const count = counts.get(kind);
    if (count !== undefined) return void counts.set(kind, count + 1);
    log[level]({ ...fields, error: errorFields(error) }, message);
    counts.set(kind, 0);
    const timer = setInterval(() => {
      const times = counts.get(kind) ?? 0;
      if (times === 0) {
        counts.delete(kind);
        clearInterval(timer);
        return;
      }
      log[level]({ times, errors: messagesOf(error) }, message);
      counts.set(kind, 0);
    }, EVERY_MS).unref();
  }

  return {
    warn: (...fault) => write("warn", ...fault),
    error: (...fault) => write("error", ...fault),
  };
}

const messagesOf = (error: unknown): readonly string[] =>
  error instanceof Error ? [error.message, ...messagesOf(error.cause)] : [];
