import type pg from "pg";
import { parse, toClientConfig } from "pg-connection-string";

/**
 * Parses the URL of a database as libpq does (PostgreSQL documentation, section 34.1): `sslmode`
 * `require` encrypts without verification, `verify-ca` and `verify-full` verify with the file
 * `sslrootcert`. Throws with the reason if that is not possible.
 */
export function clientConfig(url: string): pg.ClientConfig {
  try {
    return toClientConfig(parse(url, { useLibpqCompat: true }));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOENT" || code === "EACCES" ? `a file of it: ${code}` : message;
    throw new Error(`DATABASE_URL: cannot be used (${reason})`, { cause: error });
  }
}
