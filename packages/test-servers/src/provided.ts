import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    postgresUrl: string;
    /** Empty: there is no Redis, and its suites are skipped. */
    redisUrl: string;
    /** Begins the name of every database that this run makes. */
    databasePrefix: string;
  }
}

/** The servers of this run; called in a test file. */
export const testServers = () => ({
  postgresUrl: inject("postgresUrl"),
  redisUrl: inject("redisUrl"),
  databasePrefix: inject("databasePrefix"),
});
