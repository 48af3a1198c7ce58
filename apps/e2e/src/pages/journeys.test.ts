import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Deployment, DEPLOYMENTS } from "../deployments.ts";
import { anEmail } from "../visitor.ts";
import { audit, type Faults, hasBrowser, openBrowser, openContext } from "./browser.ts";
import { openSite, type Person, personAt } from "./person.ts";

const [FIRST, SECOND, THIRD] = [
  "four calm purple lamps",
  "nine loud orange doors",
  "two shy tin owls",
];

const CASES = DEPLOYMENTS.flatMap((deployment) =>
  [true, false].map((hasScripts) => Object.assign({ hasScripts }, deployment)),
);

/** Every journey of a person, in a browser. */
describe.each(CASES)("in $mode mode, under $policy, scripts: $hasScripts", (given) => {
  const isHere = hasBrowser && given.isHere;
  const { hasScripts } = given;
  let site: Deployment;
  let browser: Browser;
  let context: BrowserContext;
  let faults: Faults;
  let me: Person;
  const email = anEmail("pages");

  beforeAll(async () => {
    if (!isHere) return;
    [site, browser] = await Promise.all([openSite(given), openBrowser()]);
    ({ context, faults } = await openContext(browser, site.origin, {
      javaScriptEnabled: hasScripts,
      locale: "en-GB",
    }));
    context.setDefaultTimeout(10_000);
    me = personAt(await context.newPage(), site, hasScripts);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  const findings: string[] = [];
  const look = async () => {
    // The pages are the same in full mode, and the audits take long.
    if (hasScripts && given.mode === "embedded") findings.push(...(await audit(me.page)));
  };
  it.runIf(isHere)("starts at a page that shows the way", async () => {
    await me.page.goto("/");
    expect(await me.heading()).toBe("Welcome");
    await look();
    await me.page.getByRole("link", { name: "Create an account" }).click();
    expect(me.path()).toBe("/register");
    await look();
  });

  it.runIf(isHere)("registers, after an error beside its field", async () => {
    await me.page.goto("/register");
    await me.page.getByLabel("E-mail address").fill(email);
    await me.page.getByLabel("Password", { exact: true }).fill("é".repeat(37));
    await me.submit("Create the account");
    expect(await me.page.getByRole("alert").innerText()).toContain("At most 72 bytes");
    expect(await me.page.getByLabel("Password", { exact: true }).getAttribute("aria-invalid")).toBe(
      "true",
    );
    expect(await me.page.evaluate("document.activeElement.id")).toBe("password");
    expect(await me.page.getByLabel("E-mail address").inputValue()).toBe(email);
    await look();
    await me.submit("Create the account", { Password: FIRST });
    if (!site.isClosed) {
      expect(await me.notice()).toContain("Your account is there.");
      return;
    }
    expect(await me.heading()).toBe("Check your mail");
    await look();
    await me.openMailLink(email, "/email_verification");
    expect(await me.heading()).toBe("Confirm your address");
    await me.page.reload();
    expect(await me.heading()).toBe("Confirm your address");
    expect(me.page.url()).not.toContain("token");
    await look();
    await me.submit("Confirm", { Password: FIRST });
    expect(await me.notice()).toContain("Your address is confirmed.");
  });

  it.runIf(isHere)("logs in, and lands where it wanted to go", async () => {
    await me.page.goto("/account/sessions");
    expect(me.path()).toBe("/login");
    await me.submit("Log in", { "E-mail address": email, Password: "wrong" });
    expect(await me.page.getByRole("alert").innerText()).toContain("Address or password is wrong");
    await look();
    await me.page.getByLabel("Stay logged in on this device").check();
    await me.submit("Log in", { "E-mail address": email, Password: FIRST });
    expect(me.path()).toBe("/account/sessions");
    await me.page.goto("/account");
    expect(await me.page.locator("main").innerText()).toContain(email);
    await look();
  });

  it.runIf(isHere)("sees its sessions, and ends them", async () => {
    for (const device of [1, 2]) {
      const other = await openContext(browser, site.origin, { javaScriptEnabled: device > 1 });
      const there = personAt(await other.context.newPage(), site, hasScripts);
      await there.page.goto("/login");
      await there.submit("Log in", { "E-mail address": email, Password: FIRST });
    }
    await me.page.goto("/account/sessions");
    expect(await me.page.locator("section.card").count()).toBe(3);
    expect(await me.page.locator("main").innerText()).toContain("This session");
    await look();
    await me.submit("End this session");
    expect(await me.notice()).toBe("The session has ended.");
    await me.submit("End all other sessions");
    expect(await me.notice()).toBe("All other sessions have ended.");
    expect(await me.page.locator("section.card").count()).toBe(1);
  });

  it.runIf(isHere)("downloads its data", async () => {
    await me.page.goto("/account");
    const [download] = await Promise.all([
      me.page.waitForEvent("download"),
      me.page.getByRole("link", { name: "Download my data" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("my-data.json");
  });

  it.runIf(isHere)("changes its password, after a wrong one", async () => {
    await me.page.goto("/account/password");
    await look();
    await me.submit("Change it", { "Current password": "wrong", "New password": SECOND });
    expect(await me.page.getByRole("alert").innerText()).toContain("not your current password");
    await me.submit("Change it", { "Current password": FIRST, "New password": SECOND });
    expect(await me.notice()).toContain("Your password was changed");
    expect(me.path()).toBe("/account");
  });

  it.runIf(isHere)("resets a forgotten password", async () => {
    await me.submit("Log out");
    expect(await me.notice()).toBe("You are logged out.");
    await me.page.getByRole("link", { name: "Forgotten your password?" }).click();
    await look();
    await me.submit("Send the link", { "E-mail address": email });
    if (site.isClosed) {
      expect(await me.heading()).toBe("Check your mail");
      await me.openMailLink(email, "/reset_password");
    }
    expect(await me.heading()).toBe("Choose a new password");
    await me.page.reload();
    expect(await me.page.locator("main").innerText()).toContain(email);
    await look();
    await me.submit("Save the new password", { "New password": THIRD });
    expect(await me.notice()).toContain("Your new password counts.");
  });

  it.runIf(isHere)("is told that a link was used, and can have a new one", async () => {
    await me.page.goto(`/reset_password#email=${email}&token=${"used".repeat(11)}`);
    if (hasScripts)
      await me.page.waitForFunction(
        "!location.hash && !document.querySelector('form[data-link]:not([hidden])')",
      );
    else await me.submit("Continue", { "Link or code from the mail": "used".repeat(11) });
    if (!hasScripts) await me.page.getByLabel("E-mail address").fill(email);
    await me.submit("Save the new password", { "New password": THIRD });
    expect(await me.heading()).toBe("This link does not work any more");
    await look();
    await me.page.getByRole("link", { name: "Ask for a new mail" }).click();
    expect(me.path()).toBe("/forgot-password");
  });

  it.runIf(isHere)("changes its address", async () => {
    await me.page.goto("/login");
    await me.submit("Log in", { "E-mail address": email, Password: THIRD });
    await me.page.goto("/account/email");
    await look();
    const next = `new-${email}`;
    await me.submit("Change it", { "New e-mail address": next, "Current password": THIRD });
    expect(await me.heading()).toBe("Check your mail");
    await me.openMailLink(next, "/email_verification");
    await look();
    await me.submit("Confirm");
    expect(await me.notice()).toContain("Your address was changed.");
    await me.page.goto("/account");
    expect(await me.page.locator("main").innerText()).toContain(next);
  });

  it.runIf(isHere)("chooses another language", async () => {
    await me.page.getByLabel("Language").selectOption("ar");
    await me.submit("Change");
    expect(await me.page.locator("html").getAttribute("dir")).toBe("rtl");
    expect(await me.heading()).toBe("حسابك");
    await look();
    await me.page.locator("#language").selectOption("en");
    await me.page.locator("footer button").click();
    expect(await me.heading()).toBe("Your account");
  });

  it.runIf(isHere)("deletes its account", async () => {
    await me.page.goto("/account/delete");
    await look();
    await me.submit("Delete it for ever", { "Current password": THIRD });
    expect(await me.notice()).toContain("Your account was deleted");
    await me.page.goto("/account");
    expect(me.path()).toBe("/login");
  });

  it.runIf(isHere)("never broke the content policy, went elsewhere, or was inaccessible", () => {
    expect(faults).toEqual({ violations: [], elsewhere: [] });
    expect(findings).toEqual([]);
  });
});
