import type { Client } from "@postern/client";
import { expect } from "vitest";
import { type Deployment, tokenIn } from "./deployments.ts";
import { anEmail } from "./visitor.ts";

export const PATIENCE = { timeout: 30_000, interval: 50 };
export const PASSWORD = "seven green tortoises";
export const NEW_PASSWORD = "eight blue tortoises";

/** The actions of people with accounts, in a deployment that is open when they act. */
export function accounts(open: () => Deployment) {
  const codeOf = async (outcome: Promise<{ code: string }>) => (await outcome).code;

  /** A new user who has not logged in. */
  async function signedUp(name: string, email = anEmail(name)) {
    const browser = open().visitor();
    const expected = open().isClosed ? "registration_accepted" : "user_created";
    expect(await codeOf(browser.register({ email, password: PASSWORD }))).toBe(expected);
    return { email, browser, token: "" };
  }

  /** A new user with the token that verifies the address. */
  async function unverified(name: string) {
    const email = anEmail(name);
    const browser = open().visitor();
    const { isClosed } = open();
    if (!isClosed) await signedUp(name, email);
    const ask = () => (isClosed ? signedUp(name, email) : browser.requestVerification({ email }));
    const token = await nextToken(email, ask);
    return { email, browser, token };
  }

  /** A new user who is logged in. Under closed disclosure the address is verified. */
  async function registered(name: string) {
    const { isClosed } = open();
    const { email, browser, token } = isClosed ? await unverified(name) : await signedUp(name);
    if (isClosed) {
      const verifying = browser.verifyEmail({ token, password: PASSWORD });
      expect(await codeOf(verifying)).toBe("email_verified");
    }
    expect(await codeOf(browser.logIn({ email, password: PASSWORD }))).toBe("logged_in");
    return { email, browser };
  }
  const another = async (email: string, password = PASSWORD) => {
    const browser = open().visitor();
    expect(await codeOf(browser.logIn({ email, password }))).toBe("logged_in");
    return browser;
  };
  const isIn = async (browser: Client) => (await browser.profile()).ok;

  /** Waits for a further mail and returns its token. */
  async function nextToken(email: string, act: () => Promise<unknown>): Promise<string> {
    const before = open().mailsTo(email).length;
    await act();
    const next = () => tokenIn(open().mailsTo(email).slice(before));
    await expect.poll(next, PATIENCE).not.toBe("");
    return next();
  }

  async function resetTokenFor(visitor: Client, email: string): Promise<string> {
    if (open().isClosed) return await nextToken(email, () => visitor.requestReset({ email }));
    const given = await visitor.requestReset({ email });
    return given.code === "reset_token_given" ? given.body.reset_token : "";
  }

  return { another, codeOf, isIn, nextToken, registered, resetTokenFor, unverified };
}
