import { liveThrough } from "./account-life.ts";
import { startEventService } from "./event-service.ts";
import { fullStores } from "./stores.ts";

/**
 * The life of an account on a database with these settings, with its mails and webhooks: through
 * API and worker, on Redis or on tables. Returns its address.
 */
export async function liveWith(
  settings: readonly string[],
  sessions: "redis" | "tables",
): Promise<string> {
  const stores = await fullStores();
  const { DATABASE_URL = "", REDIS_URL = "", ...others } = stores.environment;
  const name = new URL(DATABASE_URL).pathname.slice(1);
  for (const setting of settings) await stores.query(`alter database "${name}" set ${setting}`);
  const environment = { ...others, DATABASE_URL, ...(sessions === "redis" && { REDIS_URL }) };
  const service = await startEventService({
    stores: { ...stores, environment },
    environment: { POLICY: "strict", BCRYPT_COST: "10" },
  });
  try {
    await service.startWorker();
    return await liveThrough(service);
  } finally {
    await service.close();
  }
}
