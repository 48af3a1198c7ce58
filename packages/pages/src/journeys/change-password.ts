import { html } from "hono/html";
import {
  currentPasswordField,
  type FieldErrors,
  newPasswordField,
  summary,
  usernameOf,
} from "../fields.ts";
import { page, withNotice } from "../layout.ts";
import { fieldErrors, INVALID, refused } from "../refusals.ts";
import { goTo, type Visit } from "../visit.ts";

export const showChangePassword = (visit: Visit): Promise<Response> => passwordPage(visit, {}, 200);

export async function changePassword(visit: Visit): Promise<Response> {
  const { form, api } = visit;
  const current = form.get("current_password") ?? "";
  const result = await api.changePassword({
    new_password: form.get("new_password") ?? "",
    ...(current && { current_password: current }),
  });
  if (!result.ok) {
    const names = { new: "new_password", current: "current_password" };
    const errors = fieldErrors(visit, result, names);
    return errors ? passwordPage(visit, errors, INVALID) : refused(visit, result);
  }
  const hasSession = result.code === "password_updated";
  if (!hasSession) return goTo(visit, withNotice(visit, "/login", "doneReset"));
  return goTo(visit, withNotice(visit, "/account", "donePassword"));
}

async function passwordPage(visit: Visit, errors: FieldErrors, status: number): Promise<Response> {
  const { api, texts, link } = visit;
  const session = await api.currentSession();
  if (!session.ok) return refused(visit, session);
  return page(
    visit,
    { title: "passwordTitle", status },
    html`${summary(visit, errors)}
      <p>${texts.passwordText}</p>
      <form method="post" action="${link("/account/password")}">
        ${usernameOf(session.body.email)} ${currentPasswordField(visit, errors)}
        ${newPasswordField(visit, errors, "new_password")}
        <button>${texts.passwordButton}</button>
      </form>
      <p><a href="${link("/account")}">${texts.back}</a></p>`,
  );
}
