import { sendAll } from "./load/closed-loop.ts";
import type { Account, RunningSystem } from "./system.ts";

/** One for all users: measures that write users into the database compute one hash. */
export const PASSWORD = "a long enough passphrase";

export const accountOf = (n: number): Account => ({
  email: `somebody-${n}@example.com`,
  password: PASSWORD,
});

/** Registers this many users. */
export async function register({ system, port }: RunningSystem, count: number): Promise<void> {
  const { register: request } = system;
  if (!request) throw new Error(`${system.name} registers nobody`);
  const requests = Array.from({ length: count }, (_, n) => request(accountOf(n)));
  const statuses = await sendAll(port, requests, ({ status }) => status);
  const failed = statuses.find((status) => status >= 300);
  if (failed) throw new Error(`${system.name} answers a registration with ${failed}`);
}

/** Logs the users in, and returns their cookies in the form of a `Cookie` header. */
export async function logIn({ system, port }: RunningSystem, count: number): Promise<string[]> {
  const { logIn: request } = system;
  if (!request) throw new Error(`${system.name} logs nobody in`);
  const requests = Array.from({ length: count }, (_, n) => request(accountOf(n)));
  return await sendAll(port, requests, ({ status, head }) => {
    const cookies = [...head.matchAll(/\r\nset-cookie: *([^;\r]+)/gi)].map(([, pair]) => pair);
    if (status >= 300 || cookies.length === 0)
      throw new Error(`${system.name} answers a log-in with ${status}`);
    return cookies.join("; ");
  });
}
