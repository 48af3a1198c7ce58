import { verifyUser } from "./administration/verify-user.ts";
import { memoryPorts } from "./memory.ts";
import type { Ports } from "./ports.ts";
import { requestReset } from "./recovery/request-reset.ts";
import { resetPassword } from "./recovery/reset-password.ts";
import { logIn } from "./session/log-in.ts";
import { parseEmail } from "./email.ts";
import { registerUser } from "./registration/register-user.ts";
import type { User } from "./user/user.ts";

export const EMAIL = "bob@example.com";
export const PASSWORD = "MyPwdOfBob";

/** Registers Bob. */
export async function registered(ports: Ports): Promise<User> {
  await registerUser(ports, { email: EMAIL, password: PASSWORD });
  return bob(ports);
}

/** Registers Bob, and verifies his address as an operator does. */
export async function verified(ports: Ports): Promise<User> {
  await verifyUser(ports, (await registered(ports)).id);
  return bob(ports);
}

/** Returns Bob as the user store has him now. */
export async function bob(ports: Ports): Promise<User> {
  const key = parseEmail(EMAIL)?.key;
  const user = key && (await ports.users.findByEmail(key));
  if (!user) throw new Error("Bob is not registered");
  return user;
}

/** Logs Bob in, and returns the session and its token. */
export async function loggedIn(ports: Ports, password = PASSWORD) {
  const result = await logIn(ports, { email: EMAIL, password });
  if (!result.ok) throw new Error(result.error);
  return result.value;
}

/** Registers Bob and logs him in twice. */
export async function opened(given: Partial<Ports> = {}) {
  const ports = memoryPorts(given);
  const user = await registered(ports);
  const [own, other] = [await loggedIn(ports), await loggedIn(ports)];
  return { ports, user, own, other };
}

export async function resetTokenFor(ports: Ports): Promise<string> {
  const result = await requestReset(ports, { email: EMAIL });
  if (!result.ok || !result.value) throw new Error("no token under this policy");
  return result.value;
}

export const reset = (ports: Ports, token: string, newPassword = "NewPwd") =>
  resetPassword(ports, { email: EMAIL, token, newPassword });

export const eventTypes = async (ports: Ports): Promise<string[]> =>
  (await ports.events.list((await bob(ports)).id, 100)).map(({ type }) => type);

/**
 * Returns `port` with one method that runs `something` before or after, as a concurrent request
 * would.
 */
export function meanwhile<Port extends object>(
  port: Port,
  name: keyof Port,
  something: () => Promise<unknown>,
  when: "before" | "after" = "before",
): Port {
  const method = port[name] as (...given: unknown[]) => Promise<unknown>;
  const replaced = async (...given: unknown[]) => {
    if (when === "before") await something();
    const answer = await method(...given);
    if (when === "after") await something();
    return answer;
  };
  return { ...port, [name]: replaced };
}
