import { html } from "hono/html";
import { field, type FieldErrors, summary } from "../fields.ts";
import { type Html, page } from "../layout.ts";
import { linkCookie, parseLink } from "../link-cookie.ts";
import { INVALID } from "../refusals.ts";
import { goTo, type Visit } from "../visit.ts";

/**
 * Where the link of a mail leads before its token is known. The token is behind the `#`, so no
 * server and no log sees it. The script sends it on; without scripts, people paste it.
 */
export function askForLink(
  visit: Visit,
  path: string,
  errors: FieldErrors = {},
): Promise<Response> {
  const { texts, link } = visit;
  return page(
    visit,
    { title: "linkTitle", status: errors["link"] ? INVALID : 200 },
    html`${summary(visit, errors)}
      <p>${texts.linkText}</p>
      <form method="post" action="${link(`${path}/link`)}" data-link>
        ${field(visit, errors, { name: "link", label: "linkField", autocomplete: "off" })}
        <button>${texts.linkButton}</button>
      </form>`,
  );
}

/**
 * On the page of a link that was opened before: the script sends on the token of a newer link, and
 * takes it out of the address bar.
 */
export const newerLink = ({ link }: Visit, path: string): Html =>
  html`<form method="post" action="${link(`${path}/link`)}" data-link hidden>
    <input type="hidden" name="link" />
  </form>`;

/** Keeps the token in a cookie of the page, and shows the page. Uses no token up. */
export function takeLink(visit: Visit, path: string): Response | Promise<Response> {
  const { form, texts, link, setCookies, options } = visit;
  const found = parseLink(form.get("link") ?? "");
  if (!found) return askForLink(visit, path, { link: texts.linkMissing });
  setCookies.push(linkCookie(found, link(path), options.policy.cookie));
  return goTo(visit, link(path));
}

/** A link that was used or has expired, and where to have a new one. */
export function invalidLink(visit: Visit, newLink: string): Promise<Response> {
  const { texts, link } = visit;
  return page(
    visit,
    { title: "linkInvalidTitle", status: 403 },
    html`<p>${texts.linkInvalidText}</p>
      <p class="links">
        <a href="${link(newLink)}">${texts.askAgain}</a>
        <a href="${link("/login")}">${texts.toLogIn}</a>
      </p>`,
  );
}
