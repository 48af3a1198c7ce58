import { setTimeout as pause } from "node:timers/promises";
import type { Account } from "./account.ts";
import { type Answer, ask, type Ask } from "./requests.ts";
import type { FaultSystem } from "./system.ts";

/** What was acknowledged and does not hold after a fault. */
export interface Losses {
  /** Acknowledged changes of accounts: registrations, passwords, deletions. */
  readonly lost: string[];
  readonly zombies: number;
  /** Events that reached no webhook, and users without an event of their registration. */
  readonly lostEvents: number;
}

const LANES = 8;
const [TRIES, BETWEEN_TRIES_MS] = [100, 200];

/** Asks until the service answers. */
async function settled(origin: string, method: string, path: string, options: Ask) {
  let answer: Answer | undefined;
  for (let n = 0; n < TRIES; n += 1) {
    answer = await ask(origin, method, path, options);
    if (answer.status > 0 && answer.status < 500) return answer;
    await pause(BETWEEN_TRIES_MS);
  }
  throw new Error(`${method} ${path} is still answered with ${answer?.status}`);
}

/** Compares what was acknowledged with what the service does now. */
export async function countLosses(
  { origin, query, receiver }: FaultSystem,
  accounts: readonly Account[],
): Promise<Losses> {
  const lost: string[] = [];
  let zombies = 0;
  const statusOf = async (cookie: string) =>
    (await settled(origin, "GET", "/profile", { cookie })).status;

  async function compare({ email, state, passwords, ended, ending }: Account): Promise<void> {
    for (const cookie of ended) if ((await statusOf(cookie)) === 200) zombies += 1;
    for (const cookie of ending) if (!(await endsSoon(() => statusOf(cookie)))) zombies += 1;
    if (state === "doubtful") return;
    const statuses = [];
    for (const password of passwords) {
      const fields = { email, password };
      statuses.push((await settled(origin, "POST", "/sessions", { fields })).status);
    }
    if (statuses.includes(200) !== (state === "there"))
      lost.push(`${email} ${state}: ${statuses.join(" ")}`);
  }

  const waiting = [...accounts];
  const lane = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) await compare(next);
  };
  await Promise.all(Array.from({ length: LANES }, lane));

  const events = await query<{ id: string }>(
    "select id from postern.events where user_id is not null",
  );
  const isMissing = () => {
    const posted = new Set(receiver.received.map(({ headers }) => headers["webhook-id"]));
    return events.filter(({ id }) => !posted.has(id)).length;
  };
  for (let n = 0; n < TRIES && isMissing() > 0; n += 1) await pause(BETWEEN_TRIES_MS);
  const withoutEvent = await query(`
    select from postern.users where not exists (
      select from postern.events where user_id = users.id and type = 'user.created')`);
  return { lost, zombies, lostEvents: isMissing() + withoutEvent.length };
}

/** The worker repeats an end that was announced. */
async function endsSoon(status: () => Promise<number>): Promise<boolean> {
  for (let n = 0; n < TRIES; n += 1) {
    if ((await status()) !== 200) return true;
    await pause(BETWEEN_TRIES_MS);
  }
  return false;
}
