import type { Password } from "../password/password.ts";
import { toPassword } from "../password/password.ts";
import type { Policy } from "../policy.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { toEmailKey } from "../email.ts";
import { isEnabled, type User } from "../user/user.ts";
import type { Credentials } from "../user/user-store.ts";
import type { Origin } from "./session.ts";
import { type StartedSession, startSession } from "./start-session.ts";

interface LogInInput {
  readonly email: string;
  readonly password: string;
  /** For longer, and beyond the browser's end. */
  readonly remember?: boolean;
  readonly origin?: Origin;
}

/** Opens a session for whoever knows the password. Every refusal is the same one, after the same work. */
export async function logIn(
  ports: Pick<Ports, "clock" | "hasher" | "ids" | "policy" | "secrets" | "sessions" | "users">,
  { email, password: given, ...options }: LogInInput,
): Promise<Result<StartedSession, "credentials_invalid">> {
  const password = toPassword(given, ports.hasher.maxBytes);
  if (!password.ok) return err("credentials_invalid"); // before any hashing: it never was a password
  ports.hasher.admit();
  const emailKey = toEmailKey(email);
  const credentials = emailKey && (await ports.users.findCredentials(emailKey));
  const matches = await ports.hasher.verify(password.value, credentials?.passwordHash);
  if (!credentials || !matches || !mayLogIn(credentials.user, ports.policy))
    return err("credentials_invalid");

  const user = await renewHash(ports, credentials, password.value);
  const started = await startSession(ports, user, options);
  return started ? ok(started) : err("credentials_invalid");
}

const mayLogIn = (user: User, { verification }: Policy) =>
  isEnabled(user) && (user.emailVerifiedAt !== undefined || !verification.isRequired);

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
