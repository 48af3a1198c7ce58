import { html, raw } from "hono/html";
import { answer, htmlPage, setHeader } from "../answer.ts";
import type { Resource, Resources } from "../resource.ts";

const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

interface FormPage {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  /** HTML of what stands in the form. Our own, never anybody's text. */
  readonly fields: string;
  readonly button: string;
  /** JavaScript; the lines below have made `form`, `state`, `secrets` and `call` for it. */
  readonly script: string;
}

/**
 * A page with one form, where links of mails lead, and its script and style beside it. What is secret
 * stands behind the `#`, so it reaches no server and no log on the way here; nothing is used up by
 * looking (mail scanners do), only by the form.
 */
export function formPage(path: string, page: FormPage): Resources {
  const folder = path.slice(path.lastIndexOf("/") + 1);
  const handle: NonNullable<Resource["GET"]>["handle"] = (c) => {
    setHeader(c, "content-security-policy", PAGE_POLICY);
    return htmlPage(
      c,
      html`<!doctype html>
        <html lang="en">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width" />
            <title>${page.title}</title>
            <link rel="stylesheet" href="${folder}/page.css" />
            <script src="${folder}/page.js" defer></script>
          </head>
          <body>
            <h1>${page.title}</h1>
            <form>
              ${raw(page.fields)}
              <button>${page.button}</button>
            </form>
            <p role="status"></p>
          </body>
        </html>`,
    );
  };
  const { id, summary } = page;
  const shown = { status: 200, description: "The page.", page: "text/html" } as const;
  return {
    [path]: { GET: { id, tag: "Pages", summary, answers: { page: shown }, handle } },
    [`${path}/page.js`]: served(`${id}Script`, "text/javascript", SCRIPT + page.script),
    [`${path}/page.css`]: served(`${id}Style`, "text/css", STYLE),
  };
}

const SCRIPT = `const secrets = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, "", location.pathname); // not for the next one who looks at this screen
const [form, state] = [document.querySelector("form"), document.querySelector("[role=status]")];
const say = (text) => { state.textContent = text; };

/** Sends the fields here; gives what was answered, and says it. */
async function call(fields) {
  const body = new URLSearchParams(fields);
  const answer = await fetch(location.pathname, { method: "PUT", body }).catch(() => undefined);
  const said = await answer?.json().catch(() => undefined);
  say(said?.message ?? "That did not work. Try again in a moment.");
  if (answer?.ok) form.hidden = true;
  return answer?.ok ? said : undefined;
}
`;

const STYLE = `body { font: 16px/1.5 system-ui, sans-serif; max-width: 26em; margin: 4em auto; padding: 0 1em }
label { display: block } input { display: block; font: inherit; width: 100%; margin: .3em 0 1em }
button { font: inherit; padding: .4em 1em }
`;

/** Something that a page loads. */
export const served = (id: string, type: string, text: string): Resource => ({
  GET: {
    id,
    tag: "Pages",
    summary: "What the page loads",
    answers: { text: { status: 200, description: "A text.", page: type } },
    handle: (c) => answer(c, { status: 200, body: text, type: `${type}; charset=utf-8` }),
  },
});
