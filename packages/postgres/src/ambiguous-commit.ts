import { Unavailable } from "@postern/domain";
import { isConnectionFault } from "./fault.ts";

/** Time limit for both attempts together: a request must receive its 503 within 3 s. */
const TIME_LIMIT_MS = 2_600;

/** Minimum time for the second attempt, where the first may take longer than a request may. */
const MIN_RETRY_MS = 800;

/**
 * Runs `attempt`. If the connection broke before the answer arrived, nobody knows whether the
 * commit succeeded; then runs `again`, which has to find out by the id of an event of the same
 * transaction.
 */
export async function retryIfAmbiguous<Value>(
  attempt: () => Promise<Value>,
  again: () => Promise<Value>,
): Promise<Value> {
  const startedAt = performance.now();
  try {
    return await attempt();
  } catch (fault) {
    if (!(fault instanceof Unavailable) || !isConnectionFault(fault.cause)) throw fault;
    const leftMs = TIME_LIMIT_MS - (performance.now() - startedAt);
    return await withTimeout(Math.max(leftMs, MIN_RETRY_MS), again(), fault);
  }
}

async function withTimeout<Value>(
  ms: number,
  answer: Promise<Value>,
  fault: Error,
): Promise<Value> {
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
