import type { UserId } from "@postern/domain";

/**
 * Users are divided by their id. All keys of a partition share a hash tag, so that Redis Cluster
 * keeps them in one slot. The number can never change: it decides where every session is.
 */
export const PARTITIONS = 64;

/**
 * Returns the partition of a user: 0 to 63, from the last hexadecimal digits of the id. Reads the
 * digits without a substring, because it runs for every request.
 */
export const partitionOf = (userId: UserId): number =>
  (digitAt(userId, userId.length - 2) * 16 + digitAt(userId, userId.length - 1)) % PARTITIONS;

const [LAST_DECIMAL, ZERO, LOWER_CASE, TEN] = [57, 48, 32, 87];

/** Returns the value of the hexadecimal digit at this index. */
function digitAt(text: string, index: number): number {
  const code = text.charCodeAt(index);
  return code <= LAST_DECIMAL ? code - ZERO : (code | LOWER_CASE) - TEN;
}

/** Returns the key of a user's sessions. A source that was given up takes all its keys with it. */
export const keyOf = (source: string, userId: UserId, partition = partitionOf(userId)): string =>
  `postern:{p${partition}}:${source}:${userId}`;

/** Returns the key of a partition's mark. `Mark` in `marks.ts` has its format. */
export const markKeyOf = (source: string, partition: number): string =>
  `postern:{p${partition}}:${source}:mark`;
