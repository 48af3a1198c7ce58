import { html } from "hono/html";
import { emailField, type FieldErrors, newPasswordField, summary, usernameOf } from "../fields.ts";
import { page, withNotice } from "../layout.ts";
import { endedLinkCookie, type MailLink, readLink } from "../link-cookie.ts";
import { fieldErrors, INVALID, refused } from "../refusals.ts";
import { goTo, type Visit } from "../visit.ts";
import { askForLink, invalidLink, newerLink } from "./mail-link.ts";

const PATH = "/reset_password";

/** Shows the form for a new password, or asks for the link first. A reload shows it again. */
export function showReset(visit: Visit): Promise<Response> {
  const found = readLink(visit);
  return found ? resetPage(visit, found, {}, 200) : askForLink(visit, PATH);
}

export async function reset(visit: Visit): Promise<Response> {
  const { form, api, link, setCookies, options } = visit;
  const found = readLink(visit);
  if (!found) return askForLink(visit, PATH);
  const result = await api.resetPassword({
    email: found.email || (form.get("email") ?? ""),
    reset_token: found.token,
    new_password: form.get("new_password") ?? "",
  });
  if (!result.ok && result.code !== "reset_token_invalid") {
    const errors = fieldErrors(visit, result, { new: "new_password" });
    return errors ? resetPage(visit, found, errors, INVALID) : refused(visit, result);
  }
  // Without an address in the link, the one that was typed may be the wrong part.
  if (result.ok || found.email) setCookies.push(endedLinkCookie(link(PATH), options.policy.cookie));
  if (!result.ok) return invalidLink(visit, "/forgot-password");
  return goTo(visit, withNotice(visit, "/login", "doneReset"));
}

/** A code that was pasted alone comes without its address. */
const addressOf = (visit: Visit, errors: FieldErrors, email: string) =>
  email ? usernameOf(email) : emailField(visit, errors, visit.form.get("email") ?? "");

function resetPage(
  visit: Visit,
  { email }: MailLink,
  errors: FieldErrors,
  status: number,
): Promise<Response> {
  const { texts, link, url } = visit;
  const isCleared = url.searchParams.has("cleared");
  return page(
    visit,
    { title: "resetTitle", status },
    html`${newerLink(visit, PATH)} ${summary(visit, errors)}
      <p>${isCleared ? texts.resetCleared : texts.resetText}</p>
      ${email ? html`<p>${texts.email}: <strong>${email}</strong></p>` : ""}
      <form method="post" action="${link(`${PATH}/choose`)}">
        ${addressOf(visit, errors, email)} ${newPasswordField(visit, errors, "new_password")}
        <button>${texts.resetButton}</button>
      </form>`,
  );
}
