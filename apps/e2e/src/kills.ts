import { setTimeout as pause } from "node:timers/promises";
import { type ApiProcess, launchApi, startApi } from "./api-process.ts";
import { embeddedFolder } from "./stores.ts";
import { visitor } from "./visitor.ts";

export interface Tally {
  kills: number;
  /** Kills during the first start on an empty folder. */
  readonly firstStarts: number;
  /** Users and sessions that were acknowledged before a kill … */
  acknowledged: number;
  /** … and were missing after it. */
  lost: number;
}

const PASSWORD = "MyPwdOfBob";
const LONGEST_START_MS = 2_000;
const LONGEST_RUN_MS = 600;
const FIRST_ANSWER_WITHIN_MS = 10_000;

/**
 * Kills embedded mode with SIGKILL at random moments, and checks after each kill that everything
 * acknowledged is still stored. Every other kill hits the first start on an empty folder.
 */
export async function runKills(
  count: number,
  onProgress: (tally: Tally) => void = () => undefined,
): Promise<Tally> {
  const tally = { kills: 0, firstStarts: 0, acknowledged: 0, lost: 0 };
  const kept = embeddedFolder();
  const cookies: string[] = [];
  for (let index = 0; index < count; index += 1) {
    if (index % 2 === 0) {
      await killFirstStart();
      tally.firstStarts += 1;
    } else {
      await killBusy(kept.path, cookies, tally);
    }
    tally.kills += 1;
    onProgress(tally);
  }
  const api = await startApi(environment(kept.path));
  await countLost(api, cookies, tally);
  await api.end("SIGTERM");
  kept.remove();
  return tally;
}

const environment = (path: string) => ({ DATA_DIR: path, BCRYPT_COST: "4", LOG_LEVEL: "warn" });

/** Dies before its first request. The next start must cope with what is there. */
async function killFirstStart(): Promise<void> {
  const folder = embeddedFolder();
  const api = launchApi(environment(folder.path));
  await pause(Math.random() * LONGEST_START_MS);
  await api.end("SIGKILL");
  const next = await startApi(environment(folder.path));
  const { status } = await visitor(next.origin).register("bob@example.com", PASSWORD);
  if (status !== 200) throw new Error(`the start after a killed first start answers ${status}`);
  await next.end("SIGKILL");
  folder.remove();
}

/** Dies during registrations and log-ins. */
async function killBusy(path: string, cookies: string[], tally: Tally): Promise<void> {
  const api = await startApi(environment(path));
  await countLost(api, cookies, tally);
  const busy = Promise.allSettled(
    Array.from({ length: 4 }, async (_, lane) => {
      for (let index = 0; ; index += 1) {
        const bob = visitor(api.origin);
        const email = `bob-${tally.kills}-${lane}-${index}@example.com`;
        if ((await bob.register(email, PASSWORD)).status !== 200) throw new Error("refused");
        if ((await bob.logIn(email, PASSWORD)).status === 200) {
          cookies.push(bob.cookie);
          tally.acknowledged += 1;
        }
      }
    }),
  );
  const before = cookies.length;
  const deadline = Date.now() + FIRST_ANSWER_WITHIN_MS;
  // There must be something to lose.
  while (cookies.length === before && Date.now() < deadline) await pause(1);
  await pause(Math.random() * LONGEST_RUN_MS);
  await api.end("SIGKILL");
  await busy;
}

/** A session shows its user too, so one check for each is enough. */
async function countLost(api: ApiProcess, cookies: readonly string[], tally: Tally): Promise<void> {
  tally.lost = 0;
  for (const cookie of cookies) {
    const { status } = await visitor(api.origin, cookie).profile();
    if (status !== 200) tally.lost += 1;
  }
}
