import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "@postern/test-servers";
import type { Page } from "playwright-core";
import { type Deployment, type DEPLOYMENTS, tokenIn } from "../deployments.ts";

/** Starts a deployment whose public URL is its own. */
export async function openSite(which: (typeof DEPLOYMENTS)[number]): Promise<Deployment> {
  const port = String(await freePort());
  return await which.open({ PORT: port, PUBLIC_URL: `http://127.0.0.1:${port}` });
}

/** A person in front of a browser. */
export interface Person {
  readonly page: Page;
  /** Fills in the fields with these labels, and presses the button. */
  submit(button: string, fields?: Readonly<Record<string, string>>): Promise<void>;
  heading(): Promise<string>;
  notice(): Promise<string>;
  path(): string;
  /** Opens the link of the newest mail, as it stands there. */
  openMailLink(email: string, path: string): Promise<void>;
}

export function personAt(page: Page, { origin, mailsTo }: Deployment, hasScripts: boolean): Person {
  const tokens = new Set<string>();
  /** Waits for a mail with a token that was not used yet. */
  async function newToken(email: string): Promise<string> {
    for (let n = 0; n < 200; n += 1) {
      const token = tokenIn(mailsTo(email));
      if (token !== "" && !tokens.has(token)) {
        tokens.add(token);
        return token;
      }
      await pause(50);
    }
    throw new Error(`no mail with a token came for ${email}`);
  }
  return {
    page,
    async submit(button, fields = {}) {
      for (const [label, value] of Object.entries(fields))
        await page.getByLabel(label, { exact: true }).fill(value);
      await page.getByRole("button", { name: button, exact: true }).first().click();
      await page.waitForLoadState("load");
    },
    heading: async () => (await page.locator("h1").innerText()).trim(),
    notice: async () => (await page.getByRole("status").innerText()).trim(),
    path: () => new URL(page.url()).pathname,
    async openMailLink(email, path) {
      const link = `${origin}${path}#email=${encodeURIComponent(email)}&token=${await newToken(email)}`;
      await page.goto(link);
      if (hasScripts) {
        // The script sends the token on, and the page is loaded once more.
        await page.waitForFunction(
          "!location.hash && !document.querySelector('form[data-link]:not([hidden])')",
        );
        return;
      }
      await page.getByLabel("Link or code from the mail").fill(link);
      await page.getByRole("button", { name: "Continue" }).click();
    },
  };
}
