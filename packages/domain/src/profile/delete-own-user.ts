import { afterCommit } from "../after-commit.ts";
import type { Caller } from "../caller.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import {
  reauthenticate,
  type ReauthenticationError,
  type ReauthenticationPorts,
} from "../session/reauthenticate.ts";
import { syncSessions } from "../session/sync-sessions.ts";
import type { User } from "../user/user.ts";
import { userDeleted } from "../user/user-deleted.ts";

/** Deletes the caller, with every session and token. */
export async function deleteOwnUser(
  ports: ReauthenticationPorts & Pick<Ports, "ids">,
  token: string | undefined,
  currentPassword: string | undefined,
  caller: Caller = {},
): Promise<Result<User, ReauthenticationError>> {
  const reauthenticated = await reauthenticate(ports, token, currentPassword, caller);
  if (!reauthenticated.ok) return reauthenticated;
  const { session, user } = reauthenticated.value;
  const isDeleted = await ports.users.delete(user.id, [userDeleted(ports, user)], session);
  // A user who is gone is not read again: this must not depend on another read.
  if (isDeleted) await afterCommit(() => ports.sessions.deleteUser(user.id));
  else await syncSessions(ports, user.id, undefined);
  return isDeleted ? ok(user) : err("session_missing"); // the session ended meanwhile
}
