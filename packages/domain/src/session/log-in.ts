import { parseEmail } from "../email.ts";
import { normalizePassword, type Password } from "../password/password.ts";
import type { Policy } from "../policy.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { isEnabled, type User } from "../user/user.ts";
import type { Credentials } from "../user/user-store.ts";
import type { ClientInfo } from "./session.ts";
import { type StartedSession, startSession } from "./start-session.ts";

type RequiredPorts = Pick<
  Ports,
  "clock" | "hasher" | "ids" | "ledger" | "policy" | "sessions" | "tokenFactory" | "users"
>;

interface LogInInput {
  readonly email: string;
  readonly password: string;
  /** Asks for a longer session, whose cookie the browser keeps after it closes. */
  readonly remember?: boolean;
  readonly client?: ClientInfo;
}

/** Opens a session for the right password. Every refusal is the same, after the same work. */
export async function logIn(
  ports: RequiredPorts,
  { email, password: given, ...options }: LogInInput,
): Promise<Result<StartedSession, "credentials_invalid">> {
  const password = normalizePassword(given, ports.hasher.maxBytes);
  if (!password.ok) return err("credentials_invalid"); // before hashing: it cannot be a password
  ports.hasher.admit();
  const key = parseEmail(email)?.key;
  const credentials = key && (await ports.users.findCredentialsByEmail(key));
  const matches = await ports.hasher.verify(password.value, credentials?.passwordHash);
  if (!credentials || !matches || !mayLogIn(credentials.user, ports.policy))
    return err("credentials_invalid");

  const user = await rehashIfOutdated(ports, credentials, password.value);
  const started = await startSession(ports, user, options);
  return started ? ok(started) : err("credentials_invalid");
}

const mayLogIn = (user: User, { verification }: Policy) =>
  isEnabled(user) && (user.emailVerifiedAt !== undefined || !verification.isRequired);

/** Replaces an outdated hash. Only a log-in can, because only then is the password known. */
async function rehashIfOutdated(
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
