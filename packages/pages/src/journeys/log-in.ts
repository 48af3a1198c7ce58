import { html } from "hono/html";
import { emailField, field, type FieldErrors, summary } from "../fields.ts";
import { useOwnLanguage } from "./language.ts";
import { page, withNotice } from "../layout.ts";
import { fieldErrors, INVALID, refused } from "../refusals.ts";
import { goTo, returnTo, type Visit } from "../visit.ts";

/** Shows the log-in. Somebody who is logged in goes on at once. */
export async function showLogIn(visit: Visit): Promise<Response> {
  if (!visit.hasSessionCookie) return logInPage(visit, {}, 200);
  const session = await visit.api.currentSession();
  // What was done is said on the next page too: a confirmed change of address renews the session.
  if (session.ok) return goTo(visit, returnTo(visit) ?? visit.link("/account") + visit.url.search);
  if (session.code !== "session_missing") return refused(visit, session);
  return logInPage(visit, {}, 200);
}

export async function logIn(visit: Visit): Promise<Response> {
  const { form, api, link } = visit;
  const result = await api.logIn({
    email: form.get("email") ?? "",
    password: form.get("password") ?? "",
    remember: form.has("remember"),
  });
  if (result.ok) {
    await useOwnLanguage(visit);
    return goTo(visit, returnTo(visit) ?? link("/account"));
  }
  const errors = fieldErrors(visit, result, { email: "email" });
  return errors ? logInPage(visit, errors, INVALID) : refused(visit, result);
}

/** Logs out. Whoever has no session is logged out already. */
export async function logOut(visit: Visit): Promise<Response> {
  const result = await visit.api.logOut();
  // Under a base path the service leads to another place than the client expects.
  const isOut = result.ok || result.status === 302 || result.code === "session_missing";
  return isOut ? goTo(visit, withNotice(visit, "/login", "doneLoggedOut")) : refused(visit, result);
}

function logInPage(visit: Visit, errors: FieldErrors, status: number): Promise<Response> {
  const { texts, link, form, options } = visit;
  const back = returnTo(visit);
  return page(
    visit,
    { title: "logInTitle", status },
    html`${summary(visit, errors)}
      <form method="post" action="${link("/login")}">
        ${back ? html`<input type="hidden" name="return_to" value="${back}" />` : ""}
        ${emailField(visit, errors, form.get("email") ?? "")}
        ${field(visit, errors, {
          name: "password",
          label: "password",
          type: "password",
          autocomplete: "current-password",
        })}
        <div class="check">
          <input id="remember" name="remember" type="checkbox" value="true" />
          <label for="remember">${texts.rememberMe}</label>
        </div>
        <button>${texts.logInButton}</button>
      </form>
      <p><a href="${link("/forgot-password")}">${texts.forgotLink}</a></p>
      ${
        options.policy.verification.isRequired
          ? html`<p><a href="${link("/confirm-again")}">${texts.againTitle}</a></p>`
          : ""
      }
      <p>${texts.noAccount} <a href="${link("/register")}">${texts.toRegister}</a></p>`,
  );
}
