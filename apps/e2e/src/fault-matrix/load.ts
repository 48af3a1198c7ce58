import { setTimeout as pause } from "node:timers/promises";
import { anEmail } from "../visitor.ts";
import type { Account } from "./account.ts";
import { live, newborn } from "./life.ts";
import { type Answer, ask, type Ask } from "./requests.ts";

/** What the load has seen so far. */
interface Seen {
  /** How often each status came. 0: no answer. */
  readonly statuses: Map<number, number>;
  /** Answers that no fault explains. */
  readonly unexpected: string[];
  readonly accounts: Account[];
  /** Lives whose every step succeeded: when they began and ended, in ms of `performance.now()`. */
  readonly lives: { readonly from: number; readonly to: number }[];
  /** When each request ended whose status is in `REFUSALS`. */
  readonly refusedAt: number[];
  /** Sessions that showed the profile of another user. */
  wrongIdentities: number;
  /** How often a session was accepted whose end had been acknowledged. */
  zombies: number;
  /** How often a session that nobody ended was answered 403. */
  lostSessions: number;
}

export interface Load {
  readonly seen: Seen;
  /** Lets every life finish, and every other caller its request, and waits for them. */
  stop(): Promise<void>;
}

const [LANES, KEEPERS] = [4, 4];
const BETWEEN_STEPS_MS = 10;
const BETWEEN_CHECKS_MS = 20;
const AFTER_REFUSAL_MS = 100;
/** No answer, the service's own refusal, and what HAProxy says of a process that is gone. */
const REFUSALS = new Set([0, 502, 503, 504]);

/**
 * Uses every route until it is stopped: lives of new accounts, people who keep their session, and
 * ghosts who try sessions that have ended.
 */
export async function startLoad(origin: string): Promise<Load> {
  const over = new AbortController();
  const seen: Seen = {
    statuses: new Map(),
    unexpected: [],
    accounts: [],
    lives: [],
    refusedAt: [],
    wrongIdentities: 0,
    zombies: 0,
    lostSessions: 0,
  };

  async function send(method: string, path: string, options: Ask = {}): Promise<Answer> {
    const answer = await ask(origin, method, path, options);
    const { status } = answer;
    seen.statuses.set(status, (seen.statuses.get(status) ?? 0) + 1);
    const isRefused = REFUSALS.has(status);
    if (isRefused) seen.refusedAt.push(performance.now());
    const isOurs = status === 503 && answer.text.startsWith("{");
    if (isOurs && !answer.hasRetryAfter) note(`${method} ${path}: 503 without Retry-After`);
    if (status >= 500 && !isRefused) note(`${method} ${path}: ${status} ${answer.text}`);
    await pause(isRefused ? AFTER_REFUSAL_MS : BETWEEN_STEPS_MS);
    return answer;
  }
  const note = (text: string) => void seen.unexpected.push(text.slice(0, 200));

  async function lane(): Promise<void> {
    while (!over.signal.aborted) {
      const account = newborn(anEmail("life"));
      seen.accounts.push(account);
      const from = performance.now();
      if (await live(account, send)) seen.lives.push({ from, to: performance.now() });
    }
  }

  async function keeper(account: Account): Promise<void> {
    while (!over.signal.aborted) {
      const [cookie] = account.live;
      if (cookie === undefined) {
        const [password = ""] = account.passwords;
        const fields = { email: account.email, password };
        const again = await send("POST", "/sessions", { fields });
        if (again.cookie) account.live.push(again.cookie);
        continue;
      }
      const { status, text } = await send("GET", "/profile", { cookie });
      if (status === 200 && !text.includes(`"${account.email}"`)) seen.wrongIdentities += 1;
      if (status === 403) {
        seen.lostSessions += 1;
        account.live = [];
      }
      await pause(BETWEEN_CHECKS_MS);
    }
  }

  async function ghost(): Promise<void> {
    while (!over.signal.aborted) {
      const { ended } = seen.accounts[Math.floor(Math.random() * seen.accounts.length)] ?? {};
      const cookie = ended?.[Math.floor(Math.random() * ended.length)];
      if (cookie !== undefined) {
        const { status } = await send("GET", "/profile", { cookie });
        if (status === 200) seen.zombies += 1;
      }
      await pause(BETWEEN_CHECKS_MS);
    }
  }

  const keepers = await Promise.all(Array.from({ length: KEEPERS }, () => settledAccount(send)));
  seen.accounts.push(...keepers);
  const callers = [
    ...keepers.map(keeper),
    ...Array.from({ length: LANES }, lane),
    ghost(),
    ghost(),
  ];
  return {
    seen,
    async stop() {
      over.abort();
      await Promise.all(callers);
    },
  };
}

/** Registers the account of a keeper, who logs in later. */
async function settledAccount(
  send: (method: string, path: string, ask: Ask) => Promise<Answer>,
): Promise<Account> {
  const account = newborn(anEmail("keeper"));
  const [password = ""] = account.passwords;
  const fields = { email: account.email, password };
  const registered = await send("POST", "/users", { fields });
  if (registered.status !== 200)
    throw new Error(`not registered: ${registered.status} ${registered.text}`);
  account.state = "there";
  return account;
}
