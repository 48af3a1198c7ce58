import type { Caller } from "../caller.ts";
import { type EmailKey, parseEmail } from "../email.ts";
import { type Admission, admitGuess, type Guess, reserveGuess } from "../limit/guess.ts";
import { rememberDevice } from "../limit/known-devices.ts";
import { normalizePassword, type Password } from "../password/password.ts";
import type { HashingShare } from "../password/password-hasher.ts";
import type { Policy } from "../policy.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { Unavailable } from "../unavailable.ts";
import { isEnabled, type User } from "../user/user.ts";
import type { Credentials } from "../user/user-store.ts";
import type { ClientInfo } from "./session.ts";
import { type StartedSession, startSession } from "./start-session.ts";

type RequiredPorts = Pick<
  Ports,
  | "clock"
  | "failures"
  | "hasher"
  | "ids"
  | "ledger"
  | "limiter"
  | "policy"
  | "seal"
  | "sessions"
  | "tokenFactory"
  | "users"
>;

interface LogInInput {
  readonly email: string;
  readonly password: string;
  /** Asks for a longer session, whose cookie the browser keeps after it closes. */
  readonly remember?: boolean;
  readonly client?: ClientInfo;
  readonly caller?: Caller;
}

export interface LoggedIn extends StartedSession {
  /** The cookie by which this browser is known from now on, if the policy knows devices. */
  readonly knownDevices: string | undefined;
}

/**
 * Opens a session for the right password. Every refusal is the same, after the same work. Throws
 * `RateLimited` if the caller's own budgets are used up.
 */
export async function logIn(
  ports: RequiredPorts,
  { email, password: given, caller = {}, ...options }: LogInInput,
): Promise<Result<LoggedIn, "credentials_invalid">> {
  const password = normalizePassword(given, ports.hasher.maxBytes);
  if (!password.ok) return err("credentials_invalid"); // before hashing: it cannot be a password
  const key = parseEmail(email)?.key;
  const admission = await admitGuess(ports, key, caller);
  const { credentials, guess, matches } = await compare(ports, admission, key, password.value);
  // A right password that does not log in counts as a wrong one.
  if (!credentials || !matches || !mayLogIn(credentials.user, ports.policy))
    return err("credentials_invalid");

  await guess.succeed();
  const { user, passwordHash } = await rehashIfOutdated(
    ports,
    credentials,
    password.value,
    guess.share,
  );
  const started = await startSession(ports, user, options);
  if (!started) return err("credentials_invalid");
  return ok({ ...started, knownDevices: rememberDevice(ports, caller, { user, passwordHash }) });
}

/**
 * Looks up the user, counts the guess and compares the password. If any of that is not possible
 * now, the guess does not count.
 */
async function compare(
  ports: RequiredPorts,
  admission: Admission,
  key: EmailKey | undefined,
  password: Password,
) {
  let guess: Guess | undefined;
  try {
    const credentials = key && (await ports.users.findCredentialsByEmail(key));
    guess = await reserveGuess(ports, admission, credentials);
    const hash = guess.isEvaluated ? credentials?.passwordHash : undefined;
    const matches = await ports.hasher.verify(password, hash, guess.share);
    return { credentials, guess, matches };
  } catch (error) {
    await Promise.allSettled([admission.giveBack(), guess?.release?.()]); // the first error counts
    throw error;
  }
}

function ignoreCapacity(error: unknown): undefined {
  if (!(error instanceof Unavailable && error.isCapacity)) throw error;
}

const mayLogIn = (user: User, { verification }: Policy) =>
  isEnabled(user) && (user.emailVerifiedAt !== undefined || !verification.isRequired);

/**
 * Replaces an outdated hash. Only a log-in can, because only then is the password known. If there
 * is no capacity for it now, a later log-in does it.
 */
async function rehashIfOutdated(
  ports: Pick<Ports, "hasher" | "users">,
  credentials: Credentials,
  password: Password,
  share: HashingShare,
): Promise<Credentials> {
  const { user, passwordHash } = credentials;
  if (!passwordHash || !ports.hasher.isOutdated(passwordHash)) return credentials;
  const newHash = await ports.hasher.hash(password, share).catch(ignoreCapacity);
  if (!newHash) return credentials;
  const rehash = {
    userId: user.id,
    expectedEpoch: user.epoch,
    expectedHash: passwordHash,
    passwordHash: newHash,
  };
  const rehashed = await ports.users.rehash(rehash);
  return rehashed ? { user: rehashed, passwordHash: rehash.passwordHash } : credentials;
}
