import { findProgram } from "@postern/test-servers";
import axe from "axe-core";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

/** Debian's package `chromium`, or another one that is installed. */
const program = ["chromium", "chromium-browser", "google-chrome"]
  .map((name) => findProgram(name, ["/usr/bin", "/usr/local/bin", "/snap/bin"]))
  .find((found) => found !== undefined);

/** Whether there is a browser on this machine. In CI there must be. */
export const hasBrowser = program !== undefined;
if (!hasBrowser) {
  if (process.env["CI"]) throw new Error("no Chromium: CI must not skip a suite");
  console.warn("\n*** NO CHROMIUM FOUND: THE SUITES OF THE PAGES ARE SKIPPED. ***\n");
}

/** Chromium asks servers of its maker otherwise, and the tests talk to loopback only. */
const QUIET = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: program ?? "",
    args: ["--no-sandbox", "--disable-gpu", ...QUIET],
  });

/** What a browser saw that it should not have seen. */
export interface Faults {
  readonly violations: string[];
  readonly elsewhere: string[];
}

/** Opens a context that notes violations of the content policy, and requests to other origins. */
export async function openContext(
  browser: Browser,
  origin: string,
  options: Parameters<Browser["newContext"]>[0] = {},
): Promise<{ context: BrowserContext; faults: Faults }> {
  const context = await browser.newContext({ baseURL: origin, ...options });
  const faults: Faults = { violations: [], elsewhere: [] };
  context.on("console", (message) => {
    if (/content security policy/i.test(message.text())) faults.violations.push(message.text());
  });
  context.on("request", (request) => {
    if (!request.url().startsWith(origin)) faults.elsewhere.push(request.url());
  });
  return { context, faults };
}

/** Returns what axe-core finds against WCAG 2.2 AA and its best practices, light and dark. */
export async function audit(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate(axe.source);
    const violations = await page.evaluate(async () => {
      const inPage = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await inPage.axe.run()).violations.map(
        ({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`,
      );
    });
    found.push(...violations.map((one) => `${colorScheme} ${page.url()} ${one}`));
  }
  return found;
}
