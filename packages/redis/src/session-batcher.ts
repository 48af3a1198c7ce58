import type { UserId } from "@postern/domain";
import { dropIfSlow, type RedisClient, toUnavailable, withTimeout } from "./connect.ts";
import type { Fence, Lease } from "./fence.ts";
import { isFenced } from "./fence-scripts.ts";
import { keyOf, partitionOf } from "./partition.ts";
import { ERROR_PREFIX, FIELD_SEPARATOR } from "./scripts.ts";

/** A session and its user as `codec.ts` encodes them, and the time on Redis' clock. */
export interface SessionLookup {
  readonly session: string;
  readonly user: string;
  readonly nowMs: number;
  readonly target: { readonly key: string; readonly history: string };
}

interface PendingLookup {
  readonly target: SessionLookup["target"];
  readonly partition: number;
  readonly field: string;
  resolve(lookup: SessionLookup | undefined): void;
  reject(error: unknown): void;
}

/**
 * Maximum batch size. A full batch is sent immediately, so that Redis works while we keep reading.
 */
const MAX_BATCH_SIZE = 24;

/**
 * Batches session lookups, as DataLoader does (https://github.com/graphql/dataloader). All lookups
 * of one turn of the event loop become one command: cheaper for Redis and for us than one command
 * each, and one reading of Redis' clock serves them all. Nothing is cached.
 */
export function sessionBatcher(client: RedisClient, fence: Fence) {
  let batch: PendingLookup[] = [];

  function dispatch(): void {
    const current = batch;
    batch = [];
    if (current.length === 0) return; // it was full, and is on its way
    // A cluster takes only commands whose keys are in one slot. Those for one node share a packet.
    // All partitions of a single Redis have one history, except while a new one is being certified.
    if (!client.isCluster && haveOneHistory(current))
      return void dispatchBatch(client, fence, current);
    const groups = Map.groupBy(current, byPartition);
    for (const commands of groups.values()) void dispatchBatch(client, fence, commands);
  }

  function enqueue(userId: UserId, partition: number, lease: Lease, field: string) {
    const target = { key: keyOf(lease.source, userId, partition), history: lease.history };
    return new Promise<SessionLookup | undefined>((resolve, reject) => {
      const size = batch.push({ target, partition, field, resolve, reject });
      // setImmediate runs after the poll phase, in which Node reads every socket that has data. A
      // microtask or process.nextTick would run after each socket's callback, and so send one
      // command per request.
      if (size === 1) setImmediate(dispatch);
      else if (size === MAX_BATCH_SIZE) dispatch();
    });
  }

  return {
    load(userId: UserId, field: string): Promise<SessionLookup | undefined> {
      const partition = partitionOf(userId);
      const lease = fence.leaseOf(partition);
      // No promise where there is nothing to wait for: this runs for every request.
      if ("history" in lease) return enqueue(userId, partition, lease, field);
      return lease.then((fresh) => enqueue(userId, partition, fresh, field));
    },
  };
}

const byPartition = ({ partition, target }: PendingLookup) => `${partition} ${target.history}`;
const haveOneHistory = (batch: readonly PendingLookup[]) =>
  batch.every(({ target }) => target.history === batch[0]?.target.history);

async function dispatchBatch(
  client: RedisClient,
  fence: Fence,
  batch: readonly PendingLookup[],
): Promise<void> {
  const keys = batch.map(({ target }) => target.key);
  const fields = batch.map(({ field }) => field);
  const history = batch[0]?.target.history ?? "";
  try {
    const reply = client.posternLookupSessions(keys.length, ...keys, ...fields, history);
    // A connection that is slow but not silent would stay slow: drop it, the next one may be quick.
    const lines = (await withTimeout(reply, () => dropIfSlow(client))).split("\n");
    const [nowMs, ...found] = lines;
    // No stored value contains a line break. If one did, a caller could receive another one's line.
    if (found.length !== batch.length) throw new Error("unexpected reply from Redis");
    batch.forEach((pending, index) => settle(pending, found[index] ?? "", Number(nowMs)));
  } catch (error) {
    if (error instanceof Error && isFenced(error.cause)) fence.refused();
    for (const { reject } of batch) reject(error);
  }
}

function settle({ target, resolve, reject }: PendingLookup, line: string, nowMs: number): void {
  if (line === "") return resolve(undefined);
  if (line.startsWith(ERROR_PREFIX))
    return reject(toUnavailable(new Error(line.slice(ERROR_PREFIX.length))));
  const [session = "", user = ""] = line.split(FIELD_SEPARATOR);
  resolve({ session, user, nowMs, target });
}
