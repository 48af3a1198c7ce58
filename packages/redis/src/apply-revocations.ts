import { hashPrefixOf, type SessionHistories, type UserRevocations } from "@postern/domain";
import { encodeUser } from "./codec.ts";
import { type RedisClient, withTimeout } from "./connect.ts";
import { keyOf, partitionOf } from "./partition.ts";

interface Application {
  readonly client: RedisClient;
  readonly histories: Pick<SessionHistories, "revocationsSince">;
  /** The source of each partition to which revocations are applied. */
  readonly sources: ReadonlyMap<number, string>;
  /** The scripts run under this history, or not at all. */
  readonly history: string;
  /** Revocations before it are in the data already. */
  readonly position: bigint;
  /** Called after each page. */
  onPage(): Promise<void>;
}

/** Tells Redis again about every revocation since a position. Repetition does no harm. */
export async function applyRevocations(application: Application): Promise<void> {
  const { histories, position, onPage } = application;
  let page = await histories.revocationsSince(position);
  while (page.length > 0) {
    await withTimeout(Promise.all(page.map((one) => applyTo(application, one))));
    await onPage();
    page = await histories.revocationsSince(position, page.at(-1)?.userId);
  }
}

async function applyTo(
  { client, sources, history }: Application,
  { userId, user, endedSessions }: UserRevocations,
): Promise<void> {
  const source = sources.get(partitionOf(userId));
  if (source === undefined) return;
  const key = keyOf(source, userId);
  if (!user) return void (await client.posternDeleteUser(key, history));
  await client.posternSyncUser(key, encodeUser(user), history);
  for (const id of endedSessions) await client.posternEnd(key, hashPrefixOf(id), history);
}
