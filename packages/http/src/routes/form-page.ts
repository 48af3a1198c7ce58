import type { Context } from "hono";
import { html, raw } from "hono/html";
import type { AppEnv } from "../app-env.ts";
import { endpoint, type Resource, type Resources } from "../endpoint.ts";
import { htmlPage, respond, setHeader } from "../respond.ts";

const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

interface FormPage {
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  readonly description: string;
  /** HTML of the form's content. It is our own and never contains text of a user. */
  readonly fields: string;
  readonly button: string;
  /** JavaScript. It can use `form`, `state`, `secrets` and `call` of `SCRIPT` below. */
  readonly script: string;
}

/**
 * A page with one form, to which links in mails lead, with its script and style. The token is
 * behind the `#`, so it reaches no server and no log on the way here. Opening the page uses no
 * token, because mail scanners open links; only the form does.
 */
export function formPage(path: string, page: FormPage): Resources {
  const handle = (c: Context<AppEnv>) => {
    setHeader(c, "content-security-policy", PAGE_POLICY);
    const base = c.get("basePath");
    return htmlPage(
      c,
      html`<!doctype html>
        <html lang="en" data-base="${base}">
          <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width" />
            <title>${page.title}</title>
            <link rel="stylesheet" href="${base}${path}/page.css" />
            <script src="${base}${path}/page.js" defer></script>
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
  const { id, summary, description } = page;
  const shown = { status: 200, description: "The page.", page: "text/html" } as const;
  return {
    [path]: {
      GET: endpoint({ id, tag: "Pages", summary, description, responses: { page: shown }, handle }),
    },
    [`${path}/page.js`]: staticAsset(`${id}Script`, "text/javascript", SCRIPT + page.script),
    [`${path}/page.css`]: staticAsset(`${id}Style`, "text/css", STYLE),
  };
}

const SCRIPT = `const secrets = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, "", location.pathname); // so that the next user of this screen does not see the token
const [form, state] = [document.querySelector("form"), document.querySelector("[role=status]")];
const say = (text) => { state.textContent = text; };

/** Sends the fields, shows the message of the answer and returns the answer. */
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

/** A file that a page loads. */
export const staticAsset = (id: string, type: string, text: string): Resource => ({
  GET: endpoint({
    id,
    tag: "Pages",
    summary: "A file that the page loads",
    description: "The page loads nothing else.",
    responses: { text: { status: 200, description: "The file.", page: type } },
    handle: (c) => respond(c, { status: 200, body: text, type: `${type}; charset=utf-8` }),
  }),
});
