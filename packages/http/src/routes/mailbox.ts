import { htmlPage, setHeader } from "../answer.ts";
import type { AppEnv } from "../app-env.ts";
import type { Context } from "hono";
import { html, raw } from "hono/html";
import type { Resource } from "../resource.ts";

/** Mails that were kept instead of sent. */
export interface Mailbox {
  list(): readonly KeptMail[];
}

interface KeptMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly keptAt: Date;
}

/** Nothing is loaded and nothing runs; a link in a mail's frame leads this window away, by a click alone. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'; " +
  "base-uri 'none'; form-action 'none'";

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46em; margin: 2em auto; padding: 0 1em; color: #1c1c1a }
  article { border: 1px solid #d8d8d4; border-radius: 8px; margin: 1.5em 0; overflow: hidden }
  header, details { padding: .8em 1em } h2 { font-size: 1.1em; margin: 0 } header p { margin: 0; color: #666 }
  iframe { width: 100%; height: 22em; border: 0; border-top: 1px solid #d8d8d4 } pre { white-space: pre-wrap }`;

/** What would have been sent, newest first; for whoever sits at this machine. */
export function mailboxResource(
  mailbox: Mailbox,
  isLocalCaller: (request: Request, bindings: unknown) => boolean,
  refuse: (c: Context<AppEnv>) => Response,
): Resource {
  const shownAll = { status: 200, description: "The page.", page: "text/html" } as const;
  return {
    GET: {
      id: "mailPage",
      tag: "Pages",
      summary: "Embedded mode, from the very machine: what would have been mailed",
      answers: { page: shownAll },
      refusals: ["not_found"],
      handle,
    },
  };

  function handle(c: Context<AppEnv>) {
    if (!isLocalCaller(c.req.raw, c.env)) return refuse(c);
    setHeader(c, "content-security-policy", PAGE_POLICY);
    const mails = mailbox.list().toReversed();
    return htmlPage(
      c,
      html`<!doctype html>
        <html lang="en">
          <head>
            <meta charset="utf-8" />
            <title>Mail</title>
            <style>
              ${raw(STYLE)}
            </style>
          </head>
          <body>
            <h1>Mail</h1>
            <p>Nothing is sent from here. The newest ${mails.length} that would have been:</p>
            ${mails.map(shown)}
          </body>
        </html>`,
    );
  }
}

const toTop = (page: string) => page.replace("<head>", '<head><base target="_top">');

const shown = ({ to, subject, text, html: page, keptAt }: KeptMail) =>
  html`<article>
    <header>
      <h2>${subject}</h2>
      <p>to ${to}, ${keptAt.toISOString()}</p>
    </header>
    <iframe
      sandbox="allow-top-navigation-by-user-activation"
      title="${subject}"
      srcdoc="${toTop(page)}"
    ></iframe>
    <details>
      <summary>As text</summary>
      <pre>${text}</pre>
    </details>
  </article>`;
