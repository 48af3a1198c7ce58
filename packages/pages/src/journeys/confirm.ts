import { html } from "hono/html";
import { emailField, field, type FieldErrors, summary, usernameOf } from "../fields.ts";
import { page, withNotice } from "../layout.ts";
import { endedLinkCookie, linkCookie, type MailLink, readLink } from "../link-cookie.ts";
import { fieldErrors, INVALID, refused } from "../refusals.ts";
import { goTo, type Visit } from "../visit.ts";
import { askForLink, invalidLink, newerLink } from "./mail-link.ts";

const PATH = "/email_verification";

/** Shows the form that confirms an address, or asks for the link first. Opening it uses nothing. */
export async function showConfirm(visit: Visit): Promise<Response> {
  const found = readLink(visit);
  return found ? await confirmPage(visit, found, {}, 200) : await askForLink(visit, PATH);
}

/**
 * Confirms. Without a session and without the password of the registration, the password does not
 * count any more: whoever registered need not be whoever reads the mail.
 */
export async function confirm(visit: Visit): Promise<Response> {
  const { form, api, link, setCookies, options } = visit;
  const found = readLink(visit);
  if (!found) return askForLink(visit, PATH);
  const password = form.get("password") ?? "";
  const result = await api.verifyEmail({ token: found.token, ...(password && { password }) });
  if (!result.ok && result.code !== "verification_token_invalid") {
    const errors = fieldErrors(visit, result, { current: "password", email: "" });
    return errors ? confirmPage(visit, found, errors, INVALID) : refused(visit, result);
  }
  setCookies.push(endedLinkCookie(link(PATH), options.policy.cookie));
  if (!result.ok) return invalidLink(visit, "/confirm-again");
  if (result.code === "password_cleared") {
    const { email, reset_token: token } = result.body;
    setCookies.push(linkCookie({ email, token }, link("/reset_password"), options.policy.cookie));
    return goTo(visit, `${link("/reset_password")}?cleared`);
  }
  const notice = result.code === "email_changed" ? "doneEmail" : "doneConfirmed";
  return goTo(visit, withNotice(visit, "/login", notice));
}

async function confirmPage(
  visit: Visit,
  { email }: MailLink,
  errors: FieldErrors,
  status: number,
): Promise<Response> {
  const { texts, link, api } = visit;
  const session = await api.currentSession();
  if (!session.ok && session.code !== "session_missing") return refused(visit, session);
  // Another person's session does not confirm this address.
  const isOwner = session.ok && session.body.email === email;
  const password = html`<p>${texts.confirmText}</p>
    ${usernameOf(email)}
    ${field(visit, errors, {
      name: "password",
      label: "password",
      type: "password",
      autocomplete: "current-password",
      hint: texts.confirmForgotten,
      isOptional: true,
    })}`;
  return page(
    visit,
    { title: "confirmTitle", status },
    html`${newerLink(visit, PATH)} ${summary(visit, errors)}
      ${email ? html`<p>${texts.email}: <strong>${email}</strong></p>` : ""}
      <form method="post" action="${link(`${PATH}/confirm`)}">
        ${isOwner ? usernameOf(email) : password}
        <button>${texts.confirmButton}</button>
      </form>`,
  );
}

export const showConfirmAgain = (visit: Visit): Promise<Response> => againPage(visit, {}, 200);

/** Asks for a new link. The answer does not tell whether the address waits for one. */
export async function confirmAgain(visit: Visit): Promise<Response> {
  const { form, api, link } = visit;
  const result = await api.requestVerification({ email: form.get("email") ?? "" });
  if (result.ok) return goTo(visit, `${link("/check-mail")}?for=confirmation`);
  const errors = fieldErrors(visit, result, { email: "email" });
  return errors ? againPage(visit, errors, INVALID) : refused(visit, result);
}

function againPage(visit: Visit, errors: FieldErrors, status: number): Promise<Response> {
  const { texts, link, form } = visit;
  return page(
    visit,
    { title: "againTitle", status },
    html`${summary(visit, errors)}
      <form method="post" action="${link("/confirm-again")}">
        ${emailField(visit, errors, form.get("email") ?? "")}
        <button>${texts.againButton}</button>
      </form>`,
  );
}
