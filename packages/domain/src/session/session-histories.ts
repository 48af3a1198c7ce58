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
  /** How long ago it rose, or the history was certified. */
  readonly beatAgeMs: number;
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
   * Notes what the session store is about to be told, before it may be acknowledged. A copy of the
   * store that lacks it is told again.
   */
  note(revocations: readonly RevocationNote[]): Promise<void>;
  /**
   * Returns the notes of `position` and later, and each user as it is now: the first ones that
   * follow `after`. An empty page is the last one.
   */
  notesSince(position: bigint, after?: NotedRevocation): Promise<readonly NotedRevocation[]>;
}

/** What the session store must be told: the end of a session, or that the user has changed. */
export interface RevocationNote {
  readonly userId: UserId;
  readonly sessionId?: SessionId | undefined;
}

export interface NotedRevocation extends RevocationNote {
  readonly id: bigint;
  readonly position: bigint;
  /** `undefined`: the user was deleted. */
  readonly user: User | undefined;
}
