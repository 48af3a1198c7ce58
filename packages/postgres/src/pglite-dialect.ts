import { type DatabaseConnection, type Dialect, type Driver, PGliteDialect, type PGlite } from "kysely";

/**
 * Kysely on a PGlite that others may use beside it. PGlite is one connection: while a transaction
 * is open on it, Kysely's own dialect would run every other caller's statements inside that
 * transaction, and lose them if it rolls back. Here whoever holds the connection holds it alone.
 */
export function pgliteDialect(pglite: PGlite): Dialect {
  const dialect = new PGliteDialect({ pglite });
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver: () => exclusive(dialect.createDriver()),
  };
}

function exclusive(driver: Driver): Driver {
  let free: Promise<void> = Promise.resolve();
  const releases = new WeakMap<DatabaseConnection, () => void>();
  return {
    init: (options) => driver.init(options),
    destroy: (options) => driver.destroy(options),
    beginTransaction: (connection, settings) => driver.beginTransaction(connection, settings),
    commitTransaction: (connection) => driver.commitTransaction(connection),
    rollbackTransaction: (connection) => driver.rollbackTransaction(connection),

    async acquireConnection(options) {
      const before = free;
      const { promise, resolve } = Promise.withResolvers<void>();
      free = promise;
      await before;
      const connection = await driver.acquireConnection(options);
      releases.set(connection, resolve);
      return connection;
    },

    async releaseConnection(connection) {
      await driver.releaseConnection(connection);
      releases.get(connection)?.();
    },
  };
}
