import type { Redis } from "ioredis";

/** Returns the key of a user's sessions in Redis, and "" if there is none. */
export async function sessionKeyOf(redis: Redis, userId: string): Promise<string> {
  const [key = ""] = await redis.keys(`postern:{p*}:*:${userId}`);
  return key;
}
