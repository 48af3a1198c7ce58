import { Unavailable } from "@postern/domain";
import { isConnectionFault } from "./fault.ts";

/** Intended time limit for both attempts together: a request must receive its 503 within 3 s. */
const TIME_LIMIT_MS = 2_600;

/** Minimum time for the second attempt, even if the first one used all the time. */
const MIN_RETRY_MS = 800;

/**
 * Runs `attempt`. If the connection breaks before Postgres responds, it is unknown whether the
 * transaction was committed. Then runs `again`, which must find out from the event log: the
 * transaction also stores an event, whose id is unique.
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

/** Rejects with `fault` if `promise` takes longer than `ms`. */
async function withTimeout<Value>(
  ms: number,
  promise: Promise<Value>,
  fault: Error,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(fault), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
