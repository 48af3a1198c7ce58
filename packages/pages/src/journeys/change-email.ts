import { html } from "hono/html";
import { currentPasswordField, field, type FieldErrors, summary, usernameOf } from "../fields.ts";
import { page } from "../layout.ts";
import { fieldErrors, INVALID, refused } from "../refusals.ts";
import { goTo, type Visit } from "../visit.ts";

export const showChangeEmail = (visit: Visit): Promise<Response> => emailPage(visit, {}, 200);

export async function changeEmail(visit: Visit): Promise<Response> {
  const { form, api, link } = visit;
  const current = form.get("current_password") ?? "";
  const result = await api.changeEmail({
    email: form.get("new_email") ?? "",
    ...(current && { current_password: current }),
  });
  if (result.ok) return goTo(visit, `${link("/check-mail")}?for=email`);
  const names = { email: "new_email", current: "current_password" };
  const errors = fieldErrors(visit, result, names);
  return errors ? emailPage(visit, errors, INVALID) : refused(visit, result);
}

async function emailPage(visit: Visit, errors: FieldErrors, status: number): Promise<Response> {
  const { api, texts, link, form } = visit;
  const session = await api.currentSession();
  if (!session.ok) return refused(visit, session);
  const { email } = session.body;
  return page(
    visit,
    { title: "emailTitle", status },
    html`${summary(visit, errors)}
      <p>${texts.accountEmail}: <strong>${email}</strong></p>
      <p>${texts.emailText}</p>
      <form method="post" action="${link("/account/email")}">
        ${usernameOf(email)}
        ${field(visit, errors, {
          name: "new_email",
          label: "newEmail",
          type: "email",
          autocomplete: "email",
          value: form.get("new_email") ?? "",
        })}
        ${currentPasswordField(visit, errors)}
        <button>${texts.emailButton}</button>
      </form>
      <p><a href="${link("/account")}">${texts.back}</a></p>`,
  );
}
