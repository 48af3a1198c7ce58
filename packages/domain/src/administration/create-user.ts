import { parseEmail } from "../email.ts";
import type { Language } from "../language.ts";
import { newEvent } from "../event/new-event.ts";
import type { HashingShare, PasswordHash } from "../password/password-hasher.ts";
import type { PasswordRefusal } from "../password/password.ts";
import { validateNewPassword } from "../password/validate-new-password.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import type { User } from "../user/user.ts";

interface NewUserInput {
  readonly email: string;
  readonly passwordHash: PasswordHash;
  /** For mails and pages. */
  readonly language?: Language | undefined;
}

/** A password in clear, for the user of this address. */
interface GivenPassword {
  readonly email: string;
  readonly password: string;
}

/**
 * Hashes a password for `createUser`, if the policy allows it. Call it before a transaction opens:
 * hashing takes a fifth of a second of a CPU.
 */
export async function hashNewPassword(
  ports: Pick<Ports, "breachedPasswords" | "hasher" | "policy">,
  { email: given, password: givenPassword }: GivenPassword,
  share?: HashingShare,
): Promise<Result<PasswordHash, "email_invalid" | PasswordRefusal>> {
  const email = parseEmail(given);
  if (!email) return err("email_invalid");
  const password = await validateNewPassword(ports, givenPassword, email.key);
  return password.ok ? ok(await ports.hasher.hash(password.value, share)) : password;
}

/**
 * Creates a user for a caller who is trusted, such as an operator or the application itself.
 * Whatever the policy hides from strangers, the caller learns whether the address was taken, and
 * the user's id. No limit applies, and no mail is sent. With a user store on an open transaction,
 * the user, its event and the caller's own rows are committed together or not at all.
 *
 * @example
 * const hash = await hashNewPassword(ports, { email, password });
 * if (!hash.ok) return hash.error;
 * const user = await createUser(ports, { email, passwordHash: hash.value });
 */
export async function createUser(
  ports: Pick<Ports, "clock" | "ids" | "users">,
  { email: given, passwordHash, language }: NewUserInput,
): Promise<Result<User, "email_invalid" | "email_already_registered">> {
  const email = parseEmail(given);
  if (!email) return err("email_invalid");
  const id = ports.ids.userId();
  const created = newEvent(ports, "user.created", { userId: id, data: {} });
  const newUser = { id, email: email.address, emailKey: email.key, passwordHash, language };
  const user = await ports.users.create(newUser, [created]);
  return user ? ok(user) : err("email_already_registered");
}
