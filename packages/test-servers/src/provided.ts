import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    postgresUrl: string;
    /** Empty: there is no Redis, and its suites are skipped. */
    redisUrl: string;
    /** Prefix of the name of every database of this run. */
    databasePrefix: string;
  }
}

/** Returns the servers of this run. For test files. */
export const testServers = () => ({
  postgresUrl: inject("postgresUrl"),
  redisUrl: inject("redisUrl"),
  databasePrefix: inject("databasePrefix"),
});
