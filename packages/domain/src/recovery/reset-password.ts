import { newEvent } from "../event/new-event.ts";
import { type PasswordRefusal, refusePassword, toPassword } from "../password/password.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { toEmailKey } from "../user/email.ts";
import { isEnabled, type User } from "../user/user.ts";

export type ResetPasswordError = "reset_token_invalid" | PasswordRefusal;

interface ResetPasswordInput {
  readonly email: string;
  readonly token: string;
  readonly newPassword: string;
}

/** Replaces a forgotten password and ends every session. A token works once: it is bound to the epoch. */
export async function resetPassword(
  ports: Pick<
    Ports,
    "clock" | "hasher" | "ids" | "policy" | "secrets" | "sessions" | "tokens" | "users"
  >,
  input: ResetPasswordInput,
): Promise<Result<User, ResetPasswordError>> {
  const claim = await ports.tokens.find("password_reset", ports.secrets.hashOf(input.token));
  const user = claim && (await ports.users.find(claim.userId));
  const stands = user && isEnabled(user) && user.epoch === claim.epoch;
  if (!stands || user.emailKey !== toEmailKey(input.email)) return err("reset_token_invalid");
  const password = toPassword(input.newPassword, ports.hasher.maxBytes);
  if (!password.ok) return password;
  const refusal = refusePassword(password.value, ports.policy.password, user.emailKey);
  if (refusal) return err(refusal); // before anything is spent

  const passwordHash = await ports.hasher.hash(password.value);
  const changed = newEvent(ports, "user.password_changed", {
    userId: user.id,
    data: { by: "reset" },
  });
  const change = { userId: user.id, expectedEpoch: claim.epoch, passwordHash };
  const renewed = await ports.users.replacePassword(change, [changed]);
  if (!renewed) return err("reset_token_invalid"); // another use of it, or of a sibling, was first
  await ports.sessions.project(renewed);
  return ok(renewed);
}
