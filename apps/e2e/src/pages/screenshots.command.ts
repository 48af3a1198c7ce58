import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startApi } from "../api-process.ts";
import { embeddedFolder } from "../stores.ts";
import { visitor } from "../visitor.ts";
import { openBrowser, openContext } from "./browser.ts";
import { OPERATORS_PAGES, OWNERS_PAGES, STRANGERS_PAGES } from "./every-page.ts";

/** `pnpm screenshots`: takes every page at two widths, light and dark, into the documents. */
const FOLDER = fileURLToPath(new URL("../../../../docs/pages/", import.meta.url));
const WIDTHS = [390, 1280];

mkdirSync(FOLDER, { recursive: true });
const folder = embeddedFolder();
const api = await startApi({ DATA_DIR: folder.path, BCRYPT_COST: "4" });
const browser = await openBrowser();
const ada = visitor(api.origin);
await ada.register("ada@example.com", "MyPwdOfAda");
await ada.logIn("ada@example.com", "MyPwdOfAda");
const [name = "", value = ""] = ada.cookie.split("=");

for (const width of WIDTHS)
  for (const colorScheme of ["light", "dark"] as const) {
    const options = { viewport: { width, height: 720 }, colorScheme, locale: "en-GB" };
    const { context } = await openContext(browser, api.origin, options);
    const page = await context.newPage();
    const take = async (shown: (typeof STRANGERS_PAGES)[number], fullPage = true) => {
      await shown.show(page);
      const path = `${FOLDER}${shown.name}-${width}-${colorScheme}.jpg`;
      await page.screenshot({ path, type: "jpeg", quality: 55, fullPage });
    };
    for (const shown of STRANGERS_PAGES) await take(shown);
    for (const shown of OPERATORS_PAGES) await take(shown, false); // they are long
    await context.addCookies([{ name, value, url: api.origin }]);
    for (const shown of OWNERS_PAGES) await take(shown);
    await context.close();
  }

await browser.close();
await api.end("SIGTERM");
folder.remove();
