import { mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startApi } from "../api-process.ts";
import { embeddedFolder } from "../stores.ts";
import { visitor } from "../visitor.ts";
import { openBrowser, openContext } from "./browser.ts";
import {
  clippedTexts,
  LANGUAGE_TAGS,
  NARROW,
  OPERATORS_PAGES,
  OWNERS_PAGES,
  type Shown,
  STRANGERS_PAGES,
} from "./every-page.ts";

/**
 * `pnpm screenshots`: takes every page at two widths, light and dark, into the documents, with a
 * table of every page in every language.
 */
const FOLDER = fileURLToPath(new URL("../../../../docs/pages/", import.meta.url));
const WIDTHS = [390, 1280];
const SCHEMES = ["light", "dark"] as const;
const OF_STRANGERS = [...STRANGERS_PAGES, ...OPERATORS_PAGES];

mkdirSync(FOLDER, { recursive: true });
const folder = embeddedFolder();
const api = await startApi({ DATA_DIR: folder.path, BCRYPT_COST: "4" });
const browser = await openBrowser();
const ada = visitor(api.origin);
await ada.register("ada@example.com", "MyPwdOfAda");
await ada.logIn("ada@example.com", "MyPwdOfAda");
const [name = "", value = ""] = ada.cookie.split("=");

/** Shows every page to `see`, in a browser with these options. */
async function showAll(
  options: Parameters<typeof openContext>[2],
  see: (page: Parameters<Shown["show"]>[0], shown: Shown) => Promise<void>,
): Promise<void> {
  const { context } = await openContext(browser, api.origin, options);
  const page = await context.newPage();
  const show = async (shown: Shown) => {
    await shown.show(page);
    await see(page, shown);
  };
  for (const shown of OF_STRANGERS) await show(shown);
  await context.addCookies([{ name, value, url: api.origin }]);
  for (const shown of OWNERS_PAGES) await show(shown);
  await context.close();
}

const pictureOf = (shown: Shown, width: number, scheme: string) =>
  `${shown.name}-${width}-${scheme}.jpg`;

for (const width of WIDTHS)
  for (const colorScheme of SCHEMES) {
    const options = { viewport: { width, height: 720 }, colorScheme, locale: "en-GB" };
    await showAll(options, async (page, shown) => {
      const path = FOLDER + pictureOf(shown, width, colorScheme);
      const fullPage = !OPERATORS_PAGES.includes(shown); // they are long
      await page.screenshot({ path, type: "jpeg", quality: 55, fullPage });
    });
  }

const clipped = new Map<string, number>();
for (const locale of LANGUAGE_TAGS)
  await showAll({ viewport: NARROW, locale }, async (page, shown) => {
    clipped.set(`${shown.name} ${locale}`, (await clippedTexts(page)).length);
  });

const rowOf = (cells: readonly unknown[]) => `| ${cells.join(" | ")} |`;
const rows = [...OF_STRANGERS, ...OWNERS_PAGES].map((shown) =>
  rowOf([
    shown.name,
    WIDTHS.flatMap((width) =>
      SCHEMES.map((scheme) => `[${width} ${scheme}](${pictureOf(shown, width, scheme)})`),
    ).join(", "),
    ...LANGUAGE_TAGS.map((tag) => clipped.get(`${shown.name} ${tag}`)),
  ]),
);
const head = ["page", "pictures", ...LANGUAGE_TAGS];
writeFileSync(
  `${FOLDER}README.md`,
  `# Pictures of the pages

Made by \`npx -y pnpm@12 screenshots\`. Under each language: how many texts do not fit at 320 px. A
text that is missing in a language does not compile.

${[rowOf(head), rowOf(head.map(() => "---")), ...rows].join("\n")}
`,
);

await browser.close();
await api.end("SIGTERM");
folder.remove();
