import type { UserId } from "@postern/domain";

/**
 * Users are divided by their id. All keys of a partition share a hash tag, so that Redis Cluster
 * keeps them in one slot. The number can never change: it decides where every session is.
 */
export const PARTITIONS = 64;

/** Returns the partition of a user: 0 to 63, from the last hexadecimal digits of the id. */
export const partitionOf = (userId: UserId): number =>
  Number.parseInt(userId.slice(-2), 16) % PARTITIONS;

/** Returns the key of a user's sessions. A source that was given up takes all its keys with it. */
export const keyOf = (source: string, userId: UserId): string =>
  `postern:{p${partitionOf(userId)}}:${source}:${userId}`;

/** Returns the key of a partition's mark. `Mark` in `marks.ts` has its format. */
export const markKeyOf = (source: string, partition: number): string =>
  `postern:{p${partition}}:${source}:mark`;
