import { newEvent } from "../event/new-event.ts";
import type { PasswordRefusal } from "../password/password.ts";
import { validateNewPassword } from "../password/validate-new-password.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import type { Renewed } from "../session/end-own-sessions.ts";
import { reauthenticate, type ReauthenticationError } from "../session/reauthenticate.ts";
import type { ClientInfo } from "../session/session.ts";
import { startSession } from "../session/start-session.ts";
import { syncSessions } from "../session/sync-sessions.ts";

export type ChangePasswordError = PasswordRefusal | ReauthenticationError;

type RequiredPorts = Pick<
  Ports,
  | "breachedPasswords"
  | "clock"
  | "hasher"
  | "ids"
  | "ledger"
  | "policy"
  | "sessions"
  | "tokenFactory"
  | "users"
>;

interface ChangePasswordInput {
  readonly currentPassword?: string | undefined;
  readonly newPassword: string;
  readonly client?: ClientInfo;
}

/** Changes the caller's password. Every session ends, and the caller receives a fresh one. */
export async function changePassword(
  ports: RequiredPorts,
  token: string | undefined,
  { currentPassword, newPassword, client }: ChangePasswordInput,
): Promise<Result<Renewed, ChangePasswordError>> {
  const caller = await reauthenticate(ports, token, currentPassword);
  if (!caller.ok) return caller;
  const { session, user } = caller.value;
  const password = await validateNewPassword(ports, newPassword, user.emailKey);
  if (!password.ok) return password;

  const passwordHash = await ports.hasher.hash(password.value);
  const facts = { userId: user.id, data: { by: "change" } } as const;
  const changed = await ports.users.replacePassword(
    { userId: user.id, expectedEpoch: session.epoch, passwordHash, actingSession: session },
    [newEvent(ports, "user.password_changed", facts)],
  );
  await syncSessions(ports, user.id, changed);
  if (!changed) return err("session_missing"); // the session ended meanwhile
  const renewed = await startSession(ports, changed, { client, replaces: session });
  return ok({ user: changed, renewed });
}
