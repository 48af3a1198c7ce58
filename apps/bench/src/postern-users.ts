import { hash } from "@node-rs/bcrypt";
import { logIn, PASSWORD, register } from "./accounts.ts";
import { SERVER_CPU } from "./machine.ts";
import { withPostgres } from "./stores.ts";
import { posternOfTheCourse, startSystem } from "./system.ts";

/**
 * Creates users and sessions through the service at a low hashing cost, and returns their cookies.
 */
export async function posternSessions(
  env: Readonly<Record<string, string>>,
  count: number,
): Promise<string[]> {
  const course = await startSystem(posternOfTheCourse(4), env, SERVER_CPU);
  await register(course, count);
  const cookies = await logIn(course, count);
  await course.stop();
  return cookies;
}

/** The same, and then stores hashes of this cost. All addresses are verified. */
export async function sessionsAtCost(
  env: Readonly<Record<string, string>> & { readonly DATABASE_URL: string },
  count: number,
  cost: number,
): Promise<string[]> {
  const cookies = await posternSessions(env, count);
  const dear = await hash(PASSWORD, cost);
  await withPostgres(env.DATABASE_URL, (client) =>
    client.query("update postern.users set password_hash = $1, email_verified_at = now()", [dear]),
  );
  return cookies;
}
