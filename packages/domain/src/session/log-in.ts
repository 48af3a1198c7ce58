import { newEvent } from "../event/new-event.ts";
import type { Password } from "../password/password.ts";
import { toPassword } from "../password/password.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { toEmailKey } from "../user/email.ts";
import { isEnabled, type User } from "../user/user.ts";
import type { Credentials } from "../user/user-store.ts";
import type { Token } from "./secret-source.ts";
import type { Session } from "./session.ts";

export interface LogIn {
  readonly token: Token;
  readonly session: Session;
}

/**
 * Opens a session for whoever knows the password. Every refusal is the same one, after the same work.
 * The password may be reset while it is being verified, so the last step confirms that the epoch it
 * was read at still stands; if not, the session ends before anybody has its token.
 */
export async function logIn(
  ports: Pick<Ports, "clock" | "hasher" | "ids" | "policy" | "secrets" | "sessions" | "users">,
  input: { readonly email: string; readonly password: string; readonly device?: string },
): Promise<Result<LogIn, "credentials_invalid">> {
  const password = toPassword(input.password, ports.hasher.maxBytes);
  if (!password.ok) return err("credentials_invalid"); // before any hashing: it never was a password
  const emailKey = toEmailKey(input.email);
  const credentials = emailKey && (await ports.users.findCredentials(emailKey));
  const matches = await ports.hasher.verify(password.value, credentials?.passwordHash);
  if (!credentials || !matches || !isEnabled(credentials.user)) return err("credentials_invalid");

  const user = await renewHash(ports, credentials, password.value);
  const { token, tokenHash } = ports.secrets.sessionToken(user.id);
  const id = ports.ids.sessionId();
  const session = await ports.sessions.open({ id, tokenHash, user, rules: ports.policy.session });
  if (!session) return err("credentials_invalid");
  const created = newEvent(ports, "session.created", {
    userId: user.id,
    data: { sessionId: id },
    ...(input.device && { payload: { device: input.device } }),
  });
  let isConfirmed = false;
  try {
    isConfirmed = await ports.users.confirmEpoch(user.id, user.epoch, [created]);
  } finally {
    if (!isConfirmed) await ports.sessions.end(user.id, id);
  }
  return isConfirmed ? ok({ token, session }) : err("credentials_invalid");
}

/** Only now is the password known, so only now can its hash be made anew with today's parameters. */
async function renewHash(
  ports: Pick<Ports, "hasher" | "users">,
  { user, passwordHash }: Credentials,
  password: Password,
): Promise<User> {
  if (!passwordHash || !ports.hasher.isOutdated(passwordHash)) return user;
  const rehash = {
    userId: user.id,
    expectedEpoch: user.epoch,
    expectedHash: passwordHash,
    passwordHash: await ports.hasher.hash(password),
  };
  return (await ports.users.rehash(rehash)) ?? user;
}
