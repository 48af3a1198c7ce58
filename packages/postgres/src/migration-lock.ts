import type { Dialect } from "kysely";

/**
 * Takes Kysely's own lock for migrations away. It belongs to a session of the server, and behind a
 * pooler it would stay there: `migrate` has a lock that ends with its transaction.
 */
export const withoutMigrationLock = (dialect: Dialect): Dialect => ({
  createAdapter: () =>
    Object.assign(dialect.createAdapter(), {
      acquireMigrationLock: async () => undefined,
      releaseMigrationLock: async () => undefined,
    }),
  createDriver: () => dialect.createDriver(),
  createIntrospector: (db) => dialect.createIntrospector(db),
  createQueryCompiler: () => dialect.createQueryCompiler(),
});
