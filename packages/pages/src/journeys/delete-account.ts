import { html } from "hono/html";
import { currentPasswordField, type FieldErrors, summary, usernameOf } from "../fields.ts";
import { page, withNotice } from "../layout.ts";
import { fieldErrors, INVALID, refused } from "../refusals.ts";
import { goTo, type Visit } from "../visit.ts";

export const showDelete = (visit: Visit): Promise<Response> => deletePage(visit, {}, 200);

export async function deleteAccount(visit: Visit): Promise<Response> {
  const { form, api } = visit;
  const current = form.get("current_password") ?? "";
  const result = await api.deleteUser(current ? { current_password: current } : {});
  if (result.ok) return goTo(visit, withNotice(visit, "/login", "doneDeleted"));
  const errors = fieldErrors(visit, result, { current: "current_password" });
  return errors ? deletePage(visit, errors, INVALID) : refused(visit, result);
}

async function deletePage(visit: Visit, errors: FieldErrors, status: number): Promise<Response> {
  const { api, texts, link } = visit;
  const session = await api.currentSession();
  if (!session.ok) return refused(visit, session);
  return page(
    visit,
    { title: "deleteTitle", status },
    html`${summary(visit, errors)}
      <p>${texts.deleteText}</p>
      <p><a href="${link("/account/export")}" download>${texts.downloadData}</a></p>
      <form method="post" action="${link("/account/delete")}">
        ${usernameOf(session.body.email)} ${currentPasswordField(visit, errors)}
        <button class="danger">${texts.deleteButton}</button>
      </form>
      <p><a href="${link("/account")}">${texts.back}</a></p>`,
  );
}
