import type { SessionId, UserId } from "../ids.ts";
import type { User } from "../user/user.ts";

/**
 * What the durable store knows about one partition of a session store that may lose writes. A
 * history is a run of that store without a loss: it gets a new id with each restart and promotion.
 */
export interface SessionHistory {
  readonly partition: number;
  /** Rises whenever the partition's history is retired. */
  readonly generation: number;
  /** The history whose answers count. `undefined`: none does, until one is certified. */
  readonly history: string | undefined;
  /** Whether no process still accepts answers of an earlier history. */
  readonly isSettled: boolean;
  /** The place of the sessions in the store. `undefined`: there are none yet. */
  readonly source: string | undefined;
  /** Rises with each mark that is written into the session store. */
  readonly beat: bigint;
  /** The session store has every revocation before this position of the durable store. */
  readonly position: bigint;
}

export interface SessionHistories {
  /** Reads every partition, and the position before which every change has been committed. */
  read(): Promise<{ readonly partitions: readonly SessionHistory[]; readonly position: bigint }>;
  /**
   * From now on no history counts. Returns the new state of those partitions that were unchanged
   * since they were read.
   */
  retire(partitions: readonly SessionHistory[]): Promise<readonly SessionHistory[]>;
  /** Names the history that counts, where the generation is unchanged. */
  certify(
    partitions: readonly SessionHistory[],
    history: string,
  ): Promise<readonly SessionHistory[]>;
  /** Records that no process accepts answers of an earlier history. */
  settle(partitions: readonly SessionHistory[]): Promise<void>;
  /**
   * Records the mark that is written next: `beat` plus 1 and this position. Returns the partitions
   * where nothing had changed since they were read.
   */
  beat(partitions: readonly SessionHistory[], position: bigint): Promise<readonly SessionHistory[]>;
  /**
   * Returns users whose sessions a change at or after `position` may have ended: the first ones
   * after `after`, ordered by id. An empty page is the last one.
   */
  revocationsSince(position: bigint, after?: UserId): Promise<readonly UserRevocations[]>;
}

/** What a session store must be told about a user. */
export interface UserRevocations {
  readonly userId: UserId;
  /** `undefined`: the user was deleted. */
  readonly user: User | undefined;
  readonly endedSessions: readonly SessionId[];
}
