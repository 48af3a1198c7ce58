import { html } from "hono/html";
import { page } from "../layout.ts";
import { refused } from "../refusals.ts";
import type { Visit } from "../visit.ts";

/** The overview of an account, with the way to everything that can be done. */
export async function showAccount(visit: Visit): Promise<Response> {
  const { api, texts, link } = visit;
  const session = await api.currentSession();
  if (!session.ok) return refused(visit, session);
  const { email, email_verified: isVerified } = session.body;
  // Where nobody has to confirm an address, an unconfirmed one is nothing to worry about.
  const isAsked = visit.options.policy.verification.isRequired;
  const state = isVerified ? texts.accountVerified : isAsked ? texts.accountUnverified : undefined;
  return page(
    visit,
    { title: "accountTitle", layout: "wide" },
    html`<section class="card">
        <dl>
          <dt>${texts.accountEmail}</dt>
          <dd>${email}${state ? ` (${state})` : ""}</dd>
        </dl>
        <nav class="links" aria-label="${texts.accountTitle}">
          <a href="${link("/account/email")}">${texts.changeEmail}</a>
          <a href="${link("/account/password")}">${texts.changePassword}</a>
          <a href="${link("/account/sessions")}">${texts.yourSessions}</a>
        </nav>
      </section>
      <section class="card">
        <h2>${texts.yourData}</h2>
        <p>${texts.downloadText}</p>
        <p class="links">
          <a href="${link("/account/export")}" download>${texts.downloadData}</a>
          <a href="${link("/account/delete")}">${texts.deleteAccount}</a>
        </p>
      </section>
      <form method="post" action="${link("/logout")}">
        <button>${texts.logOut}</button>
      </form>`,
  );
}

/** Everything that is stored about the user, as a file. It may be large, so it passes through. */
export async function downloadData(visit: Visit): Promise<Response> {
  const { api, get } = visit;
  const response = await get("/profile/export");
  if (response.status !== 200) {
    await response.body?.cancel();
    const session = await api.currentSession();
    if (!session.ok) return refused(visit, session);
    const { status, headers } = response;
    return refused(visit, {
      ok: false,
      code: status === 429 ? "too_many_attempts" : "unexpected_answer",
      status,
      message: "",
      retryAfterSeconds: Number(headers.get("retry-after") ?? 1),
    });
  }
  const headers = new Headers(response.headers);
  headers.set("content-disposition", 'attachment; filename="my-data.json"');
  return new Response(response.body, { headers });
}
