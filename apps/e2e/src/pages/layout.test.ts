import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Deployment, DEPLOYMENTS } from "../deployments.ts";
import { audit, hasBrowser, openBrowser, openContext } from "./browser.ts";
import {
  clippedTexts,
  LANGUAGE_TAGS,
  NARROW,
  OPERATORS_PAGES,
  OWNERS_PAGES,
  ownersCookie,
  STRANGERS_PAGES,
} from "./every-page.ts";
import { openSite } from "./person.ts";

const [course] = DEPLOYMENTS;
const EMAIL = "ada-with-a-rather-long-address@mail.example.com";

describe.skipIf(!hasBrowser)("the pages", () => {
  let site: Deployment;
  let browser: Browser;
  beforeAll(async () => {
    if (!course) throw new Error("there is no deployment");
    [site, browser] = await Promise.all([openSite(course), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  it.each(LANGUAGE_TAGS)(
    "in %s fit a screen of 320 px, without a clipped text",
    async (language) => {
      const options = { viewport: NARROW, locale: language };
      const { context } = await openContext(browser, site.origin, options);
      const page = await context.newPage();
      const clipped: string[] = [];
      const visit = async ({ name, show }: (typeof STRANGERS_PAGES)[number]) => {
        await show(page);
        expect(await page.locator("html").getAttribute("lang")).toBe(language);
        clipped.push(...(await clippedTexts(page)).map((one) => `${name}: ${one}`));
      };
      for (const shown of [...STRANGERS_PAGES, ...OPERATORS_PAGES]) await visit(shown);
      await context.addCookies([await ownersCookie(site, `${language}-${EMAIL}`)]);
      for (const shown of OWNERS_PAGES) await visit(shown);
      expect(clipped).toEqual([]);
      await context.close();
    },
    60_000,
  );

  it("for developers break no rule of accessibility, and find a route", async () => {
    const { context, faults } = await openContext(browser, site.origin);
    const page = await context.newPage();
    for (const { show } of OPERATORS_PAGES) {
      await show(page);
      expect(await audit(page)).toEqual([]);
    }
    await page.goto("/docs");
    await page.getByRole("searchbox").fill("ends session id");
    expect(await page.locator("article:visible h3").allInnerTexts()).toContain(
      "DELETE /sessions/{session_id}",
    );
    expect(await page.locator("article:visible").count()).toBeLessThan(10);
    await page.getByRole("searchbox").fill("no route has this");
    expect(await page.getByRole("status").innerText()).not.toBe("");
    expect(await page.locator("article:visible").count()).toBe(0);
    expect(faults).toEqual({ violations: [], elsewhere: [] });
    await context.close();
  });

  it("can be used by keyboard alone: register, log in, change the password", async () => {
    const { context } = await openContext(browser, site.origin);
    const page = await context.newPage();
    const email = "keys@example.com";
    await page.goto("/register");
    await typeInto(page, { email, password: "MyPwdOfAda" });
    await page.keyboard.press("Enter");
    await page.waitForURL("**/login**");
    await typeInto(page, { email, password: "MyPwdOfAda" });
    await page.keyboard.press("Enter");
    await page.waitForURL("**/account");
    await focus(page, "a[href='/account/password']");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/account/password");
    await typeInto(page, { current_password: "MyPwdOfAda", new_password: "AnotherPwdOfAda" });
    await page.keyboard.press("Enter");
    await page.waitForURL("**/account?notice=donePassword");
    expect(await page.getByRole("status").innerText()).toContain("Your password was changed");
  });

  it("can skip to their content, and show what has the focus", async () => {
    const { context } = await openContext(browser, site.origin);
    const page = await context.newPage();
    await page.goto("/login");
    await page.keyboard.press("Tab");
    const outline = "getComputedStyle(document.activeElement).outlineStyle";
    expect(await page.evaluate("document.activeElement.className")).toBe("skip");
    expect(await page.evaluate(outline)).toBe("solid");
  });
});

/** Presses Tab until the element has the focus. */
async function focus(page: Page, selector: string): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    if (await page.evaluate(`document.activeElement.matches(${JSON.stringify(selector)})`)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the keyboard does not reach ${selector}`);
}

async function typeInto(page: Page, fields: Readonly<Record<string, string>>): Promise<void> {
  for (const [id, value] of Object.entries(fields)) {
    await focus(page, `#${id}`);
    await page.keyboard.type(value);
  }
}
