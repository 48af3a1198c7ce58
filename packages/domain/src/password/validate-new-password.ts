import type { Ports } from "../ports.ts";
import { err, type Result } from "../result.ts";
import type { EmailKey } from "../email.ts";
import {
  type Password,
  type PasswordRefusal,
  checkPasswordPolicy,
  normalizePassword,
} from "./password.ts";

/** Returns the password in the form that is hashed, if the user of this address may choose it. */
export async function validateNewPassword(
  ports: Pick<Ports, "breachedPasswords" | "hasher" | "policy">,
  given: string,
  emailKey: EmailKey,
): Promise<Result<Password, PasswordRefusal>> {
  const password = normalizePassword(given, ports.hasher.maxBytes);
  if (!password.ok) return password;
  const refusal = checkPasswordPolicy(password.value, ports.policy.password, emailKey);
  if (refusal) return err(refusal);
  const isBreached = await ports.breachedPasswords.include(password.value);
  return isBreached ? err("password_breached") : password;
}
