import { html } from "hono/html";
import { emailField, type FieldErrors, newPasswordField, summary } from "../fields.ts";
import { page, withNotice } from "../layout.ts";
import { fieldErrors, INVALID, refused } from "../refusals.ts";
import { goTo, type Visit } from "../visit.ts";

export const showRegister = (visit: Visit): Promise<Response> => registerPage(visit, {}, 200);

/**
 * Registers. Under closed disclosure the answer is the same whether the address has an account: a
 * mail says the rest.
 */
export async function register(visit: Visit): Promise<Response> {
  const { form, api, link, options } = visit;
  const fields = { email: form.get("email") ?? "", password: form.get("password") ?? "" };
  const result = await api.register(fields);
  if (!result.ok) {
    const errors = fieldErrors(visit, result, { email: "email", new: "password" });
    return errors ? registerPage(visit, errors, INVALID) : refused(visit, result);
  }
  const { isRequired, onRegistration } = options.policy.verification;
  if (result.code === "registration_accepted" || isRequired || onRegistration)
    return goTo(visit, `${link("/check-mail")}?for=registration`);
  if (options.policy.registration.logsIn) return goTo(visit, link("/account"));
  return goTo(visit, withNotice(visit, "/login", "doneRegistered"));
}

function registerPage(visit: Visit, errors: FieldErrors, status: number): Promise<Response> {
  const { texts, link, form } = visit;
  return page(
    visit,
    { title: "registerTitle", status },
    html`${summary(visit, errors)}
      <form method="post" action="${link("/register")}">
        ${emailField(visit, errors, form.get("email") ?? "")}
        ${newPasswordField(visit, errors, "password")}
        <button>${texts.registerButton}</button>
      </form>
      <p>${texts.haveAccount} <a href="${link("/login")}">${texts.toLogIn}</a></p>`,
  );
}
