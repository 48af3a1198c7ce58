import type { UserId } from "../ids.ts";
import { forgetGuesses } from "../limit/forget-guesses.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import type { User } from "../user/user.ts";

/** Forgets the wrong passwords that were counted for a user, so that log-ins are compared again. */
export async function unlockUser(
  ports: Pick<Ports, "failures" | "limiter" | "policy" | "tokenFactory" | "users">,
  userId: UserId,
): Promise<Result<User, "user_not_found">> {
  const user = await ports.users.findById(userId);
  if (!user) return err("user_not_found");
  await forgetGuesses(ports, user);
  return ok(user);
}
