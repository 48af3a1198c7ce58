import { html } from "hono/html";
import { emailField, type FieldErrors, summary } from "../fields.ts";
import { page } from "../layout.ts";
import { linkCookie } from "../link-cookie.ts";
import { fieldErrors, INVALID, refused } from "../refusals.ts";
import { goTo, type Visit } from "../visit.ts";

export const showForgot = (visit: Visit): Promise<Response> => forgotPage(visit, {}, 200);

/**
 * Asks for the link of a reset. Under the course's policy the service gives the token at once, and
 * the page leads on with it.
 */
export async function forgot(visit: Visit): Promise<Response> {
  const { form, api, link, setCookies, options } = visit;
  const email = form.get("email") ?? "";
  const result = await api.requestReset({ email });
  if (!result.ok) {
    const errors = fieldErrors(visit, result, { email: "email" });
    return errors ? forgotPage(visit, errors, INVALID) : refused(visit, result);
  }
  if (result.code === "reset_requested") return goTo(visit, `${link("/check-mail")}?for=reset`);
  const { reset_token: token } = result.body;
  setCookies.push(linkCookie({ email, token }, link("/reset_password"), options.policy.cookie));
  return goTo(visit, link("/reset_password"));
}

function forgotPage(visit: Visit, errors: FieldErrors, status: number): Promise<Response> {
  const { texts, link, form } = visit;
  return page(
    visit,
    { title: "forgotTitle", status },
    html`${summary(visit, errors)}
      <p>${texts.forgotText}</p>
      <form method="post" action="${link("/forgot-password")}">
        ${emailField(visit, errors, form.get("email") ?? "")}
        <button>${texts.forgotButton}</button>
      </form>
      <p><a href="${link("/login")}">${texts.toLogIn}</a></p>`,
  );
}
