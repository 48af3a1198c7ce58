import type { UserId } from "../ids.ts";
import type { Ports } from "../ports.ts";

/** Writes into the session store what the users' store says now, whatever it missed. */
export async function reproject(
  { sessions, users }: Pick<Ports, "sessions" | "users">,
  userId: UserId,
): Promise<void> {
  const user = await users.find(userId);
  await (user ? sessions.project(user) : sessions.forget(userId));
}
