import { Unavailable } from "@postern/domain";
import { isConnectionFault } from "./fault.ts";

/** Both attempts together; a request must have its 503 within 3 s. */
const WITHIN_MS = 2_600;

/** Where the first attempt may take longer than a request may, the second has at least this. */
const LEAST_MS = 800;

/**
 * Runs `attempt`, and `again` when the connection broke so that nobody knows whether it committed.
 * `again` has to find that out: by the id of an event that was written in the same transaction.
 */
export async function ifAnswerLost<Value>(
  attempt: () => Promise<Value>,
  again: () => Promise<Value>,
): Promise<Value> {
  const startedAt = performance.now();
  try {
    return await attempt();
  } catch (fault) {
    if (!(fault instanceof Unavailable) || !isConnectionFault(fault.cause)) throw fault;
    const leftMs = WITHIN_MS - (performance.now() - startedAt);
    return await within(Math.max(leftMs, LEAST_MS), again(), fault);
  }
}

async function within<Value>(ms: number, answer: Promise<Value>, fault: Error): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(fault), ms);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
