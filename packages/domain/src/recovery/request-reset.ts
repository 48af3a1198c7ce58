import { newEvent } from "../event/new-event.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import type { Token } from "../token/token-factory.ts";
import { toEmailKey } from "../email.ts";
import { isEnabled, type User } from "../user/user.ts";

export type RequestResetError = "email_unknown";
type Touches = Pick<Ports, "clock" | "events" | "ids" | "policy" | "secrets" | "tokens" | "users">;

/**
 * Begins a reset. Under open disclosure the token is in the result; otherwise there is none, the
 * result and the work are the same for every address, and the token goes out by mail.
 */
export async function requestReset(
  ports: Touches,
  input: { readonly email: string },
): Promise<Result<Token | undefined, RequestResetError>> {
  const emailKey = toEmailKey(input.email);
  const found = emailKey && (await ports.users.findByEmail(emailKey));
  const user = found && isEnabled(found) ? found : undefined;
  if (ports.policy.disclosure === "closed") {
    await ports.events.append([resetRequested(ports, user, "mail")]);
    return ok(undefined);
  }
  if (!user) return err("email_unknown");
  const { token, tokenHash } = ports.secrets.resetToken();
  const { id: userId, epoch } = user;
  const claim = { purpose: "password_reset", userId, epoch, byMail: false } as const;
  await ports.tokens.put(tokenHash, claim, ports.policy.recovery.tokenTtlMs);
  await ports.events.append([resetRequested(ports, user, "answer")]);
  return ok(token);
}

function resetRequested(ports: Touches, user: User | undefined, tokenBy: "answer" | "mail") {
  const expiresAt = new Date(ports.clock.now().getTime() + ports.policy.recovery.tokenTtlMs);
  return newEvent(ports, "user.password_reset_requested", {
    userId: user?.id,
    data: { epoch: user?.epoch ?? 0, expiresAt: expiresAt.toISOString(), tokenBy },
  });
}
