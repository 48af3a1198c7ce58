import { newEvent } from "../event/new-event.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { confirmPresence, type PresenceError } from "../session/reauthenticate.ts";
import type { Renewed } from "../session/end-own-sessions.ts";
import { reproject } from "../session/sync-sessions.ts";
import type { Origin } from "../session/session.ts";
import { startSession } from "../session/start-session.ts";
import { acceptPassword } from "../password/validate-new-password.ts";
import type { PasswordRefusal } from "../password/password.ts";

export type ChangePasswordError = PasswordRefusal | PresenceError;

interface ChangePasswordInput {
  readonly currentPassword?: string | undefined;
  readonly newPassword: string;
  readonly origin?: Origin;
}

/** Gives whoever is logged in another password. Every session ends; the one that asks is renewed. */
export async function changePassword(
  ports: Pick<
    Ports,
    "breachedPasswords" | "clock" | "hasher" | "ids" | "policy" | "secrets" | "sessions" | "users"
  >,
  token: string | undefined,
  { currentPassword, newPassword, origin }: ChangePasswordInput,
): Promise<Result<Renewed, ChangePasswordError>> {
  const presence = await confirmPresence(ports, token, currentPassword);
  if (!presence.ok) return presence;
  const { session, user } = presence.value;
  const accepted = await acceptPassword(ports, newPassword, user.emailKey);
  if (!accepted.ok) return accepted;

  const passwordHash = await ports.hasher.hash(accepted.value);
  const facts = { userId: user.id, data: { by: "change" } } as const;
  const change = { userId: user.id, expectedEpoch: session.epoch, passwordHash, session };
  const changed = await ports.users.replacePassword(change, [
    newEvent(ports, "user.password_changed", facts),
  ]);
  if (!changed) {
    await reproject(ports, user.id);
    return err("session_missing"); // it was ended meanwhile
  }
  await ports.sessions.project(changed);
  const renewed = await startSession(ports, changed, { origin, continues: session });
  return ok({ user: changed, renewed });
}
