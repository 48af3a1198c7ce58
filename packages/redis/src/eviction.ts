import type { Redis } from "ioredis";

/**
 * Returns in words whether Redis may delete keys of its own choice when its memory is full.
 * `undefined`: it deletes none, or it does not say. An evicted key is a session that has ended, or
 * a limit that starts again.
 */
export async function evictionFault(client: Redis): Promise<string | undefined> {
  const info = await client.info("memory").catch(() => "");
  const valueOf = (name: string) => new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(info)?.[1];
  const policy = valueOf("maxmemory_policy");
  const isLimited = Number(valueOf("maxmemory") ?? 0) > 0;
  return isLimited && policy !== "noeviction" ? `may evict keys (${policy})` : undefined;
}

/** Throws if Redis may evict keys. A Redis that does not answer now is asked by the readiness. */
export async function requireNoEviction(redis: {
  evictionFault(): Promise<string | undefined>;
}): Promise<void> {
  const fault = await redis.evictionFault();
  if (fault) throw new Error(`REDIS_URL: Redis ${fault}; set its maxmemory-policy to noeviction`);
}
