import { createClient } from "@postern/client";
import { expect } from "vitest";
import { tokenIn } from "./deployments.ts";
import type { EventService } from "./event-service.ts";
import { anEmail, checkedFetch } from "./visitor.ts";

const PATIENCE = { timeout: 30_000, interval: 100 };
const PASSWORD = "seven green tortoises";

/**
 * The life of an account with all its mails and webhooks, by the typed client. Returns its address.
 * Its answers are compared with the service's description, except under a `baseUrl` with a path.
 */
export async function liveThrough(
  { api, smtp, receiver, operate }: EventService,
  baseUrl = api.origin,
): Promise<string> {
  await operate("webhooks", "add", `${receiver.url}/hook`);
  const email = anEmail("pooled");
  const bob = createClient(
    new URL(baseUrl).pathname === "/" ? { baseUrl, fetch: checkedFetch } : { baseUrl },
  );
  const mailed = (subject: RegExp) =>
    tokenIn(
      smtp.received
        .filter(
          ({ recipients, message }) =>
            recipients[0] === email && subject.test(message.subject ?? ""),
        )
        .map(({ message }) => message.text ?? ""),
    );
  expect((await bob.register({ email, password: PASSWORD })).ok).toBe(true);
  await expect.poll(() => mailed(/confirm/i), PATIENCE).not.toBe("");
  const verified = await bob.verifyEmail({ token: mailed(/confirm/i), password: PASSWORD });
  expect(verified.code).toBe("email_verified");
  expect((await bob.logIn({ email, password: PASSWORD })).code).toBe("logged_in");
  expect((await bob.exportUser()).ok).toBe(true);
  expect((await bob.requestReset({ email })).ok).toBe(true);
  await expect.poll(() => mailed(/reset/i), PATIENCE).not.toBe("");
  const reset = { email, reset_token: mailed(/reset/i), new_password: `${PASSWORD} more` };
  expect((await bob.resetPassword(reset)).ok).toBe(true);
  expect((await bob.profile()).code).toBe("session_missing");
  expect((await bob.logIn({ email, password: `${PASSWORD} more` })).code).toBe("logged_in");
  expect((await bob.deleteUser({ current_password: `${PASSWORD} more` })).code).toBe(
    "user_deleted",
  );
  const types = () =>
    receiver.received.map(({ body }) => (JSON.parse(body) as { type: string }).type);
  await expect
    .poll(types, PATIENCE)
    .toEqual(expect.arrayContaining(["user.created", "user.password_changed", "user.deleted"]));
  return email;
}
