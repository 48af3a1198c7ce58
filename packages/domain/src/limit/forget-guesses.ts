import type { Ports } from "../ports.ts";
import type { User } from "../user/user.ts";
import { accountOf } from "./known-devices.ts";
import { placeOf } from "./places.ts";

/** Frees every place of the user's account: the password was reset, or an operator says so. */
export async function forgetGuesses(
  ports: Pick<Ports, "failures" | "limiter" | "policy" | "tokenFactory">,
  { id, emailKey }: Pick<User, "id" | "emailKey">,
): Promise<void> {
  const account = accountOf(ports, emailKey);
  await Promise.all([
    ports.limiter.clear(placeOf(ports, "logInAccount", account)),
    ports.limiter.clear(placeOf(ports, "currentPassword", id)),
    ports.failures.reset(account), // guesses from before the user existed are not tied to the user
    ports.failures.resetUser(id),
  ]);
}
