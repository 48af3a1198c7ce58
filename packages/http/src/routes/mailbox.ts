import { err } from "@postern/domain";
import { html, raw } from "hono/html";
import { endpoint, type Resource } from "../endpoint.ts";
import { htmlPage, setHeader } from "../respond.ts";

/** Mails that were recorded instead of sent. */
export interface Mailbox {
  list(): readonly RecordedMail[];
}

interface RecordedMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly recordedAt: Date;
}

/**
 * The page loads and runs nothing. A link in a mail's frame opens in this window, after a click.
 */
const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'none'; " +
  "base-uri 'none'; form-action 'none'";

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 46em; margin: 2em auto; padding: 0 1em; color: #1c1c1a }
  article { border: 1px solid #d8d8d4; border-radius: 8px; margin: 1.5em 0; overflow: hidden }
  header, details { padding: .8em 1em } h2 { font-size: 1.1em; margin: 0 } header p { margin: 0; color: #666 }
  iframe { width: 100%; height: 22em; border: 0; border-top: 1px solid #d8d8d4 } pre { white-space: pre-wrap }`;

/** Mails that embedded mode recorded instead of sending them. Only this machine may read them. */
export const mailboxResource = (
  mailbox: Mailbox,
  isLocalCaller: (request: Request, bindings: unknown) => boolean,
): Resource => ({
  GET: endpoint({
    id: "mailPage",
    tag: "Pages",
    summary: "Embedded mode, for this machine only: the mails that were not sent",
    description: "Embedded mode sends no mail. Callers on other machines get 404.",
    responses: { page: { status: 200, description: "The page.", page: "text/html" } },
    errors: { not_found: {} },
    handle(c) {
      if (!isLocalCaller(c.req.raw, c.env)) return err("not_found");
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
              <p>This service sends no mail. The newest ${mails.length} that it would have sent:</p>
              ${mails.map(article)}
            </body>
          </html>`,
      );
    },
  }),
});

const toTop = (page: string) => page.replace("<head>", '<head><base target="_top">');

const article = ({ to, subject, text, html: page, recordedAt }: RecordedMail) =>
  html`<article>
    <header>
      <h2>${subject}</h2>
      <p>to ${to}, ${recordedAt.toISOString()}</p>
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
