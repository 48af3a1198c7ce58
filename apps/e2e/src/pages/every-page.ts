import type { Page } from "playwright-core";
import type { Deployment } from "../deployments.ts";
import { visitor } from "../visitor.ts";

export const LANGUAGE_TAGS: readonly string[] = ["en", "de", "fr", "es", "ar"];

/** A page in one of its states. */
export interface Shown {
  readonly name: string;
  show(page: Page): Promise<unknown>;
}

const to = (path: string) => (page: Page) => page.goto(path);
const TOKEN = "used".repeat(11);

async function send(page: Page, path: string, fields: Readonly<Record<string, string>>) {
  await page.goto(path);
  for (const [id, value] of Object.entries(fields)) await page.locator(`#${id}`).fill(value);
  await page.locator("main form button:not([type=button])").first().click();
  await page.waitForLoadState("load");
}

/** Every page for somebody without a session. */
export const STRANGERS_PAGES: readonly Shown[] = [
  { name: "home", show: to("/") },
  { name: "register", show: to("/register") },
  {
    name: "register-error",
    show: (page) => send(page, "/register", { email: "ada@example.com", password: "é".repeat(37) }),
  },
  { name: "login", show: to("/login") },
  {
    name: "login-error",
    show: (page) => send(page, "/login", { email: "ada@example.com", password: "wrong" }),
  },
  { name: "forgot-password", show: to("/forgot-password") },
  { name: "check-mail", show: to("/check-mail?for=registration") },
  { name: "open-link", show: to("/email_verification") },
  {
    name: "confirm",
    show: (page) =>
      send(page, "/email_verification", { link: `#email=ada@example.com&token=${TOKEN}` }),
  },
  { name: "confirm-again", show: to("/confirm-again") },
  {
    name: "reset",
    show: (page) =>
      send(page, "/reset_password", { link: `#email=ada@example.com&token=${TOKEN}` }),
  },
  { name: "nothing", show: to("/nothing") },
  { name: "logged-out", show: to("/login?notice=doneLoggedOut") },
];

/** Every page for somebody with a session. */
export const OWNERS_PAGES: readonly Shown[] = [
  { name: "account", show: to("/account?notice=donePassword") },
  { name: "account-email", show: to("/account/email") },
  { name: "account-password", show: to("/account/password") },
  { name: "account-sessions", show: to("/account/sessions") },
  { name: "account-delete", show: to("/account/delete") },
];

/** What developers and operators see in embedded mode. */
export const OPERATORS_PAGES: readonly Shown[] = [
  { name: "docs", show: to("/docs") },
  { name: "mail", show: to("/mail") },
  { name: "mail-preview", show: to("/mail/preview") },
];

/** Registers an owner, and returns the cookie of a session for a browser. */
export async function ownersCookie({ origin }: Deployment, email: string) {
  const ada = visitor(origin);
  await ada.register(email, "MyPwdOfAda");
  await visitor(origin).logIn(email, "MyPwdOfAda");
  await ada.logIn(email, "MyPwdOfAda");
  const [name = "", value = ""] = ada.cookie.split("=");
  return { name, value, url: origin };
}

/** The narrowest phone, and a window at twice its size (WCAG 2.2, 1.4.10 and 1.4.4). */
export const NARROW = { width: 320, height: 640 };

/** Text that does not fit: of the page, or of an element in it. */
const CLIPPED = `(() => {
  const wide = [...document.querySelectorAll("main *, header *, footer *")]
    .filter((one) => !one.closest(".away") && one.tagName !== "SELECT" && one.tagName !== "OPTION")
    .filter((one) => one.tagName !== "INPUT" && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0);
  const isWide = document.documentElement.scrollWidth > innerWidth;
  return [...(isWide ? ["the page"] : []), ...wide.map((one) => one.outerHTML.slice(0, 80))];
})()`;

/** Returns what does not fit on the page as it is shown now. */
export const clippedTexts = (page: Page): Promise<string[]> => page.evaluate(CLIPPED);
