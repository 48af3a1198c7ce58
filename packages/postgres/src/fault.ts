import { Unavailable } from "@postern/domain";

/**
 * SQLSTATEs about the server's state, not about the statement: connection, resources, operator
 * intervention, cancelled by timeout, serialization, deadlock, lock not available, and read-only,
 * as a standby answers. PostgreSQL documentation, appendix A.
 */
const TEMPORARY = /^(08|53|57P|57014|40001|40P01|55P03|25006)/;

/** Returns `Unavailable` for temporary faults, and every other error unchanged: it is a bug. */
export function toUnavailable(error: unknown): unknown {
  if (isProgrammerError(error)) return error;
  if (isServerError(error) && !TEMPORARY.test(error.code)) return error;
  return new Unavailable("Postgres does not answer", { cause: error });
}

/** Returns whether a server gave an answer that another try does not change: a wrong password. */
export const isPermanentFault = (error: unknown): boolean =>
  isServerError(error) && !TEMPORARY.test(error.code);

/** Returns whether the connection failed, or the server announced that it ends it. */
export const isConnectionFault = (error: unknown): boolean =>
  !isProgrammerError(error) && (!isServerError(error) || /^(08|57P)/.test(error.code));

/** Returns whether the server takes no writes, as a standby or a former primary. */
export const isReadOnlyFault = (error: unknown): boolean =>
  isServerError(error) && error.code === "25006";

/** A value that could not be sent at all. */
const isProgrammerError = (error: unknown) =>
  error instanceof TypeError || error instanceof RangeError;

/** The server's own errors have a severity. Errors without one come from the connection. */
function isServerError(error: unknown): error is { readonly code: string } {
  return error instanceof Error && "severity" in error && "code" in error;
}
