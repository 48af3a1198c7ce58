import { hashPrefixOf, type NotedRevocation, type SessionHistories } from "@postern/domain";
import { encodeUser } from "./codec.ts";
import { type RedisClient, withTimeout } from "./connect.ts";
import { keyOf, partitionOf } from "./partition.ts";

interface Application {
  readonly client: RedisClient;
  readonly histories: Pick<SessionHistories, "notesSince">;
  /** The source of each partition to which revocations are applied. */
  readonly sources: ReadonlyMap<number, string>;
  /** The scripts run under this history, or not at all. */
  readonly history: string;
  /** Revocations before it are in the data already. */
  readonly position: bigint;
  /** Called after each page. */
  onPage(): Promise<void>;
}

/** As many commands as Redis surely answers within the time limit. */
const AT_ONCE = 100;

/** Tells Redis again about every revocation since a position. Repetition does no harm. */
export async function applyRevocations(application: Application): Promise<void> {
  const { histories, position, onPage } = application;
  let page = await histories.notesSince(position);
  while (page.length > 0) {
    for (let from = 0; from < page.length; from += AT_ONCE) {
      const chunk = page.slice(from, from + AT_ONCE);
      await withTimeout(Promise.all(chunk.map((note) => applyTo(application, note))));
    }
    await onPage();
    page = await histories.notesSince(position, page.at(-1));
  }
}

async function applyTo(
  { client, sources, history }: Application,
  { userId, user, sessionId }: NotedRevocation,
): Promise<void> {
  const source = sources.get(partitionOf(userId));
  if (source === undefined) return;
  const key = keyOf(source, userId);
  if (!user) await client.posternDeleteUser(key, history);
  else if (sessionId) await client.posternEnd(key, hashPrefixOf(sessionId), history);
  else await client.posternSyncUser(key, encodeUser(user), history);
}
