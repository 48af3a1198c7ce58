/** What a person knows of their account, from the answers that they got. */
export interface Account {
  readonly email: string;
  /** `doubtful`: the registration or the deletion had no answer. */
  state: "doubtful" | "there" | "gone";
  /** One, or two after a change that had no answer. */
  passwords: string[];
  /** Cookies whose end was acknowledged. */
  readonly ended: string[];
  /** Cookies whose end is announced: `change_made_sessions_pending`. */
  readonly ending: string[];
  /** Cookies that have not been ended. */
  live: string[];
}

export const newAccount = (email: string, password: string): Account => ({
  email,
  state: "doubtful",
  passwords: [password],
  ended: [],
  ending: [],
  live: [],
});

/** What a request that may change something did. */
export type Outcome = "made" | "pending" | "doubtful";

/** Notes that these cookies were ended, or may have been. */
export function endSessions(account: Account, cookies: readonly string[], outcome: Outcome): void {
  account.live = account.live.filter((cookie) => !cookies.includes(cookie));
  if (outcome === "made") account.ended.push(...cookies);
  if (outcome === "pending") account.ending.push(...cookies);
}

/** Notes that the password was changed, or may have been. Every session ends with it. */
export function changePassword(account: Account, next: string, outcome: Outcome): void {
  account.passwords = outcome === "doubtful" ? [...account.passwords, next] : [next];
  endSessions(account, [...account.live], outcome);
}
