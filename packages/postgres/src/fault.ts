import { Unavailable } from "@postern/domain";

/**
 * SQLSTATEs that speak of the server's state and not of the statement: connection, resources,
 * operator intervention, cancelled by timeout, serialization, deadlock, lock not available, and
 * read-only, as a standby answers. PostgreSQL documentation, appendix A.
 */
const PASSING = /^(08|53|57P|57014|40001|40P01|55P03|25006)/;

/** An `Unavailable` for whatever will pass by itself; anything else is a bug and stays what it is. */
export function toFault(error: unknown): unknown {
  if (isOurMistake(error)) return error;
  if (isServerError(error) && !PASSING.test(error.code)) return error;
  return new Unavailable("Postgres does not answer", { cause: error });
}

/** Did the connection itself fail, or did the server say that it ends it? */
export const isConnectionFault = (error: unknown): boolean =>
  !isOurMistake(error) && (!isServerError(error) || /^(08|57P)/.test(error.code));

/** A value that could not even be sent. */
const isOurMistake = (error: unknown) => error instanceof TypeError || error instanceof RangeError;

/** The server itself says its severity; errors without one are the connection's. */
function isServerError(error: unknown): error is { readonly code: string } {
  return error instanceof Error && "severity" in error && "code" in error;
}
