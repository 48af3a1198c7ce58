import type { Caller } from "../caller.ts";
import { type EmailKey, parseEmail } from "../email.ts";
import { newEvent } from "../event/new-event.ts";
import { senderOf, spaceMail } from "../limit/mail-spacing.ts";
import { placesOfNetwork, withPlaces } from "../limit/places.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import type { Token } from "../token/token.ts";
import { isEnabled, type User } from "../user/user.ts";

export type RequestResetError = "email_unknown";

type RequiredPorts = Pick<
  Ports,
  "clock" | "events" | "ids" | "limiter" | "policy" | "tokenFactory" | "tokens" | "users"
>;

/**
 * Requests a password reset. Under open disclosure the result holds the token, and a newer request
 * replaces it, as in the course. Under closed disclosure the token is sent by mail, the result and
 * the work are the same for every address, and earlier tokens stay valid (docs/decisions/0020).
 * Mails to one address are spaced. Throws `RateLimited`.
 */
export async function requestReset(
  ports: RequiredPorts,
  input: { readonly email: string; readonly caller?: Caller },
): Promise<Result<Token | undefined, RequestResetError>> {
  const key = parseEmail(input.email)?.key;
  const places = placesOfNetwork(ports, "mailNetwork", input.caller ?? {});
  return await withPlaces(ports, places, async () => {
    if (ports.policy.disclosure === "open") return await answerToken(ports, key);
    const mail = { kind: "reset", address: key ?? input.email } as const;
    return await spaceMail(ports, mail, async (isMailed) => {
      if (!isMailed) return ok(undefined); // before anything is looked up
      const requested = resetRequested(ports, await findEnabled(ports, key), "mail");
      await ports.events.append([{ ...requested, payload: senderOf(ports, input.caller) }]);
      return ok(undefined);
    });
  });
}

/** Returns the token itself, as the course does. */
async function answerToken(
  ports: RequiredPorts,
  key: EmailKey | undefined,
): Promise<Result<Token, RequestResetError>> {
  const user = await findEnabled(ports, key);
  if (!user) return err("email_unknown");
  const { token, tokenHash } = ports.tokenFactory.createResetToken();
  const { id: userId, epoch } = user;
  const claim = { purpose: "password_reset", userId, epoch, byMail: false } as const;
  await ports.events.append([resetRequested(ports, user, "answer")]);
  // Last: if the event cannot be stored, the earlier token still works.
  await ports.tokens.replace(tokenHash, claim, ports.policy.recovery.tokenTtlMs);
  return ok(token);
}

async function findEnabled({ users }: RequiredPorts, key: EmailKey | undefined) {
  const found = key && (await users.findByEmail(key));
  return found && isEnabled(found) ? found : undefined;
}

function resetRequested(ports: RequiredPorts, user: User | undefined, tokenBy: "answer" | "mail") {
  const expiresAt = new Date(ports.clock.now().getTime() + ports.policy.recovery.tokenTtlMs);
  return newEvent(ports, "user.password_reset_requested", {
    userId: user?.id,
    data: { epoch: user?.epoch ?? 0, expiresAt: expiresAt.toISOString(), tokenBy },
  });
}
