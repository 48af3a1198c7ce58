import { expect } from "vitest";
import { bob, EMAIL, loggedIn, PASSWORD } from "../journey.fixture.ts";
import type { Ports } from "../ports.ts";
import type { TokenPurpose } from "../token/token.ts";
import { logIn } from "../session/log-in.ts";
import { changeEmail } from "../profile/change-email.ts";
import { requestVerification } from "./request-verification.ts";

export const NEXT = "robert@example.com";
export const invalid = { ok: false, error: "verification_token_invalid" };

/** The token that is mailed for the newest of Bob's events; the worker does this. */
export async function mailedToken(ports: Ports, purpose: TokenPurpose = "email_verification") {
  const user = await bob(ports);
  const event = (await ports.events.list(user.id, 100)).at(-1);
  if (!event) throw new Error("there is an event");
  const { token, tokenHash } = ports.tokenFactory.deriveEmailToken(purpose, event.id);
  const changeId = purpose === "email_change" ? event.id : undefined;
  const claim = { purpose, userId: user.id, epoch: user.epoch, byMail: true, changeId };
  await ports.tokens.put(tokenHash, claim, 60_000);
  return token;
}

/** The token of a link that verifies Bob's address. */
export async function asked(ports: Ports) {
  await requestVerification(ports, { email: EMAIL });
  return await mailedToken(ports);
}

/** The link of a change of address that Bob asked for, and the session he asked by. */
export async function wanted(ports: Ports, email = NEXT) {
  const { token } = await loggedIn(ports);
  const result = await changeEmail(ports, token, { email, currentPassword: PASSWORD });
  expect(result.ok).toBe(true);
  return { link: await mailedToken(ports, "email_change"), session: token };
}

export const canLogIn = async (ports: Ports, email: string, password = PASSWORD) =>
  (await logIn(ports, { email, password })).ok;
