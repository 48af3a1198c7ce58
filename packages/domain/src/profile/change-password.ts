import { ifAvailable } from "../after-commit.ts";
import type { Caller } from "../caller.ts";
import { newEvent } from "../event/new-event.ts";
import { rememberDevice } from "../limit/known-devices.ts";
import type { PasswordRefusal } from "../password/password.ts";
import { validateNewPassword } from "../password/validate-new-password.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import type { Renewed } from "../session/end-own-sessions.ts";
import {
  reauthenticate,
  type ReauthenticationError,
  type ReauthenticationPorts,
} from "../session/reauthenticate.ts";
import type { ClientInfo } from "../session/session.ts";
import { startSession } from "../session/start-session.ts";
import { syncSessions } from "../session/sync-sessions.ts";

export type ChangePasswordError = PasswordRefusal | ReauthenticationError;

type RequiredPorts = ReauthenticationPorts &
  Pick<Ports, "breachedPasswords" | "ids" | "ledger" | "seal">;

interface ChangePasswordInput {
  readonly currentPassword?: string | undefined;
  readonly newPassword: string;
  readonly client?: ClientInfo;
  readonly caller?: Caller;
}

export interface ChangedPassword extends Renewed {
  /** The cookie by which this browser stays known. */
  readonly knownDevices: string | undefined;
}

/** Changes the caller's password. Every session ends, and the caller receives a fresh one. */
export async function changePassword(
  ports: RequiredPorts,
  token: string | undefined,
  { currentPassword, newPassword, client, caller = {} }: ChangePasswordInput,
): Promise<Result<ChangedPassword, ChangePasswordError>> {
  const reauthenticated = await reauthenticate(ports, token, currentPassword, caller);
  if (!reauthenticated.ok) return reauthenticated;
  const { session, user } = reauthenticated.value;
  const password = await validateNewPassword(ports, newPassword, user.emailKey);
  if (!password.ok) return password;

  const passwordHash = await ports.hasher.hash(password.value, { network: caller.network });
  const facts = { userId: user.id, data: { by: "change" } } as const;
  const changed = await ports.users.replacePassword(
    { userId: user.id, expectedEpoch: session.epoch, passwordHash, actingSession: session },
    [newEvent(ports, "user.password_changed", facts)],
  );
  await syncSessions(ports, user.id, changed);
  if (!changed) return err("session_missing"); // the session ended meanwhile
  const start = () => startSession(ports, changed, { client, replaces: session });
  const renewed = await ifAvailable(start);
  const knownDevices = rememberDevice(ports, caller, { user: changed, passwordHash });
  return ok({ user: changed, renewed, knownDevices });
}
