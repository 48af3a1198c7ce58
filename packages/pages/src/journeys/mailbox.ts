import { html } from "hono/html";
import { type Html, page } from "../layout.ts";
import type { Mailbox, ShownMail } from "../options.ts";
import { errorPage } from "../refusals.ts";
import { CONTENT_POLICY, respond, say, type Visit } from "../visit.ts";

/** Lets the page show mails in frames. Each is a document of its own, and may run nothing. */
const FRAMES = { "content-security-policy": `${CONTENT_POLICY}; frame-src 'self'` };

/**
 * A mail's styles stand on its elements, as mail programs need it. It loads and runs nothing; its
 * link opens in the whole window, after a click.
 */
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'; base-uri 'none'; " +
  "form-action 'none'; sandbox allow-top-navigation-by-user-activation";

/** Shows the mails that were recorded instead of sent, the newest first. */
export function showMails(visit: Visit): Response | Promise<Response> {
  const mailbox = mailboxFor(visit);
  if (!mailbox) return missing(visit);
  const { texts, link } = visit;
  const mails = mailbox.list().toReversed();
  return page(
    visit,
    { title: "homeMail", layout: "reference", headers: FRAMES },
    html`<p>${mails.length === 0 ? texts.mailNone : texts.mailText}</p>
      <p><a href="${link("/mail/preview")}">${texts.mailPreview}</a></p>
      ${mails.map((mail) => shown(visit, mail, new URLSearchParams({ id: mail.id })))}`,
  );
}

/** Shows every mail with example values, in the language of the page. */
export function showPreviews(visit: Visit): Response | Promise<Response> {
  const mailbox = mailboxFor(visit);
  if (!mailbox) return missing(visit);
  const { texts, link, language } = visit;
  const previews = mailbox.previews(language);
  return page(
    visit,
    { title: "mailPreview", layout: "reference", headers: FRAMES },
    html`<p>${texts.mailPreviewText}</p>
      <p><a href="${link("/mail")}">${texts.homeMail}</a></p>
      ${previews.map((mail) => shown(visit, mail, new URLSearchParams({ id: mail.id, language })))}`,
  );
}

function shown({ texts, link }: Visit, mail: ShownMail, query: URLSearchParams): Html {
  return html`<article class="card">
    <h2 dir="auto">${mail.subject}</h2>
    <p class="hint">
      ${texts.mailTo}
      <bdi>${mail.to}</bdi>${mail.recordedAt ? `, ${mail.recordedAt.toISOString()}` : ""}
    </p>
    <iframe
      sandbox="allow-top-navigation-by-user-activation"
      title="${mail.subject}"
      src="${link("/mail/message")}?${query}"
    ></iframe>
    <details>
      <summary>${texts.mailAsText}</summary>
      <pre dir="auto">${mail.text}</pre>
    </details>
  </article>`;
}

/** Answers with one mail, for the frame that shows it. */
export function showMessage(visit: Visit): Response | Promise<Response> {
  const { url } = visit;
  const mailbox = mailboxFor(visit);
  const language = url.searchParams.get("language");
  const mails = language === null ? mailbox?.list() : mailbox?.previews(language);
  const mail = mails?.find(({ id }) => id === url.searchParams.get("id"));
  if (!mail) return missing(visit);
  const body = mail.html.replace("<head>", '<head><base target="_top">');
  return respond(visit, body, {
    headers: { "content-security-policy": MAIL_POLICY, "x-frame-options": "SAMEORIGIN" },
  });
}

/** Mails hold tokens, so only callers on this machine see them. */
export const mailboxFor = ({ request, bindings, options }: Visit): Mailbox | undefined =>
  options.isLocalCaller?.(request, bindings) ? options.mailbox : undefined;

const missing = (visit: Visit) => errorPage(visit, say(visit, "errorNotFound"), 404);
