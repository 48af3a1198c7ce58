import { newEvent } from "../event/new-event.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { confirmPresence, type PresenceError } from "../session/reauthenticate.ts";
import { reproject } from "../session/sync-sessions.ts";
import type { UserId } from "../ids.ts";
import type { User } from "../user/user.ts";

type Touches = Pick<Ports, "clock" | "ids" | "sessions" | "users">;

/** Removes a user for good, with every session and token. An event without a name remains. */
export async function deleteUser(
  ports: Touches,
  userId: UserId,
): Promise<Result<undefined, "user_not_found">> {
  const user = await ports.users.find(userId);
  const isGone = user && (await ports.users.delete(userId, [deleted(ports, user)]));
  // Also when it was deleted before: the earlier call may have died on its way here.
  await ports.sessions.forget(userId);
  return isGone ? ok(undefined) : err("user_not_found");
}

/** Removes whoever asks. */
export async function deleteOwnUser(
  ports: Touches & Pick<Ports, "hasher" | "policy" | "secrets">,
  token: string | undefined,
  currentPassword: string | undefined,
): Promise<Result<User, PresenceError>> {
  const presence = await confirmPresence(ports, token, currentPassword);
  if (!presence.ok) return presence;
  const { session, user } = presence.value;
  const isGone = await ports.users.delete(user.id, [deleted(ports, user)], session);
  if (!isGone) {
    await reproject(ports, user.id);
    return err("session_missing"); // it was ended meanwhile
  }
  await ports.sessions.forget(user.id);
  return ok(user);
}

/** Removes users who have not verified their address in time; gives how many. */
export async function deleteUnverifiedUsers(ports: Touches, limit: number): Promise<number> {
  let count = 0;
  const faults: unknown[] = [];
  for (const { id: userId, emailKey } of await ports.users.listUnverified(limit)) {
    // Nobody is told: the address may be anybody's.
    const event = newEvent(ports, "user.deleted", { userId, data: {}, payload: { emailKey } });
    try {
      if (!(await ports.users.deleteUnverified(userId, [event]))) continue; // verified just now
      count += 1;
      await ports.sessions.forget(userId);
    } catch (fault) {
      faults.push(fault); // told below; one user's must not keep the others
    }
  }
  if (faults.length > 0) throw new AggregateError(faults, "some users could not be deleted");
  return count;
}

/** What is sealed with it is for the handlers that tell the user, and forget the address. */
const deleted = (ports: Touches, { id: userId, email, emailKey, emailVerifiedAt }: User) =>
  newEvent(ports, "user.deleted", {
    userId,
    data: {},
    payload: { emailKey, ...(emailVerifiedAt && { email }) },
  });
