import { newEvent } from "../event/new-event.ts";
import { type PasswordRefusal, refusePassword, toPassword } from "../password/password.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { toEmailKey } from "./email.ts";

export type RegisterError = "email_invalid" | "email_already_registered" | PasswordRefusal;
/** Accepted: the policy hides whether there was a user with this address already. */
export type Registration = "user_created" | "registration_accepted";

/** Creates a user, unless the address is taken. Hashes first, so that both take as long. */
export async function registerUser(
  ports: Pick<Ports, "clock" | "hasher" | "ids" | "policy" | "users">,
  input: { readonly email: string; readonly password: string },
): Promise<Result<Registration, RegisterError>> {
  const emailKey = toEmailKey(input.email);
  if (!emailKey) return err("email_invalid");
  const password = toPassword(input.password, ports.hasher.maxBytes);
  if (!password.ok) return password;
  const refusal = refusePassword(password.value, ports.policy.password, emailKey);
  if (refusal) return err(refusal);

  const passwordHash = await ports.hasher.hash(password.value);
  const userId = ports.ids.userId();
  const created = newEvent(ports, "user.created", { userId, data: {} });
  const newUser = { id: userId, email: input.email, emailKey, passwordHash };
  if (ports.policy.disclosure === "open") {
    const user = await ports.users.create(newUser, [created]);
    return user ? ok("user_created") : err("email_already_registered");
  }
  // Whether or not the address is taken, one event is kept and one answer given.
  const facts = { userId: undefined, data: {}, payload: { emailKey } };
  const attempted = newEvent(ports, "user.registration_attempted", facts);
  await ports.users.create(newUser, [created], [attempted]);
  return ok("registration_accepted");
}
