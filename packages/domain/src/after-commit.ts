import { Unavailable } from "./unavailable.ts";

/**
 * A change was committed, but the session store has not confirmed that the sessions which it ends
 * have ended. The worker tells the store again. The caller must not repeat the change.
 */
export class SessionsPending extends Unavailable {
  constructor(options: { readonly cause: unknown }) {
    super("the change was made, but the session store does not know it yet", options);
    this.name = "SessionsPending";
  }
}

/**
 * Runs what a committed change still needs for its answer to be true: the sessions that it ends.
 * Throws `SessionsPending` for every error, also for one that nobody expects: the caller must learn
 * that the change was made.
 */
export async function afterCommit<T>(finish: () => Promise<T>): Promise<T> {
  try {
    return await finish();
  } catch (error) {
    throw new SessionsPending({ cause: error });
  }
}

/**
 * Runs what follows a committed change but is not a part of it: a fresh session, the limits of the
 * account. Returns `undefined` if a store cannot do it now: the change counts without it. Throws
 * `SessionsPending` for any other error, so that it is reported, and the answer is still true.
 */
export async function ifAvailable<T>(follow: () => Promise<T>): Promise<T | undefined> {
  try {
    return await follow();
  } catch (error) {
    if (error instanceof Unavailable) return undefined;
    throw new SessionsPending({ cause: error });
  }
}
