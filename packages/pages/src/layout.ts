import { directionOf } from "@postern/domain";
import { html } from "hono/html";
import { ASSETS } from "./assets.ts";
import { LANGUAGES } from "./languages.ts";
import type { Texts } from "./texts/en.ts";
import { pathOf, respond, returnTo, type Visit } from "./visit.ts";

/** HTML that `hono/html` made: its values are escaped. */
export type Html = ReturnType<typeof html>;

interface Content {
  readonly title: keyof Texts;
  /** As wide as a form, as a table, or as a list beside its contents. Default: a form. */
  readonly layout?: "form" | "wide" | "reference";
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Answers with a page: the frame that all have, and this content. */
export async function page(
  visit: Visit,
  { title, layout = "form", status = 200, headers = {} }: Content,
  content: Html,
): Promise<Response> {
  const { texts, language, link, brandName, options } = visit;
  const heading = texts[title];
  const document = html`<!doctype html>
    <html lang="${language}" dir="${directionOf(language)}">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${heading} · ${brandName}</title>
        <link rel="stylesheet" href="${link(ASSETS.style)}" />
        ${
          layout === "reference"
            ? html`<link rel="stylesheet" href="${link(ASSETS.referenceStyle)}" />`
            : ""
        }
        <script
          type="module"
          src="${link(ASSETS[layout === "reference" ? "referenceScript" : "script"])}"
        ></script>
      </head>
      <body class="${layout}">
        <a class="skip" href="#main">${texts.skipToContent}</a>
        <header>
          <a class="brand" href="${link("/")}">
            ${options.brand?.logo ? html`<img src="${link(ASSETS.logo)}" alt="" height="28" />` : ""}
            ${brandName}
          </a>
        </header>
        <main id="main">
          <h1>${heading}</h1>
          ${notice(visit)} ${content}
        </main>
        <footer>
          <form method="post" action="${link("/language")}">
            <input type="hidden" name="return_to" value="${hereOf(visit)}" />
            <label for="language">${texts.language}</label>
            <select id="language" name="language">
              ${Object.entries(LANGUAGES).map(
                ([tag, { languageName }]) =>
                  html`<option value="${tag}" lang="${tag}" ${tag === language ? "selected" : ""}>
                    ${languageName}
                  </option>`,
              )}
            </select>
            <button class="quiet">${texts.changeLanguage}</button>
          </form>
        </footer>
      </body>
    </html>`;
  return respond(visit, String(await document), { status, headers });
}

/** Where to come back to from the language: the page that shows the form, if this is its target. */
function hereOf(visit: Visit): string {
  const { request, url, link } = visit;
  const path = pathOf(visit);
  if (request.method !== "POST") return link(path) + url.search;
  const back = returnTo(visit);
  const query = back ? `?${new URLSearchParams({ return_to: back })}` : "";
  const shownAt = path
    .replace(/\/(link|choose|confirm)$/, "")
    .replace(/^\/(logout|language)$/, "/");
  return link(shownAt) + query;
}

const NOTICES = [
  "doneLoggedOut",
  "doneRegistered",
  "donePassword",
  "doneReset",
  "doneConfirmed",
  "doneEmail",
  "doneSession",
  "doneOthers",
  "doneAllSessions",
  "doneDeleted",
  "logInFirst",
] as const satisfies readonly (keyof Texts)[];

export type Notice = (typeof NOTICES)[number];

/** What has just been done. The address names one of our sentences, and can say nothing else. */
function notice({ url, texts }: Visit): Html | string {
  const key = NOTICES.find((one) => one === url.searchParams.get("notice"));
  return key ? html`<p class="notice" role="status">${texts[key]}</p>` : "";
}

/** Returns a path of ours that shows a notice. */
export const withNotice = ({ link }: Visit, path: string, shown: Notice): string =>
  `${link(path)}?notice=${shown}`;
