import { html } from "hono/html";
import { page, withNotice } from "../layout.ts";
import { refused } from "../refusals.ts";
import { goTo, type Visit } from "../visit.ts";

/** What the service calls a browser that it does not know. */
const UNKNOWN_DEVICE = "an unknown device";

/** The sessions of an account, each with a button that ends it. */
export async function showSessions(visit: Visit): Promise<Response> {
  const { api, texts, link, language } = visit;
  const result = await api.listSessions();
  if (!result.ok) return refused(visit, result);
  const dates = new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    timeStyle: "long", // with its zone: the visitor's is not known
    timeZone: "UTC",
  });
  const time = (at: string) => html`<time datetime="${at}">${dates.format(new Date(at))}</time>`;
  const deviceOf = ({ device }: { readonly device: string | null }) =>
    device === null || device === UNKNOWN_DEVICE ? texts.sessionUnknown : device;
  const newestFirst = result.body.sessions.toReversed();
  return page(
    visit,
    { title: "sessionsTitle", layout: "wide" },
    html`<p>${texts.sessionsText}</p>
      ${newestFirst.map(
        (session) =>
          html`<section class="card">
            <h2>${deviceOf(session)}${session.current ? ` · ${texts.sessionHere}` : ""}</h2>
            <dl>
              <dt>${texts.sessionPlace}</dt>
              <dd>${session.network ?? texts.sessionUnknown}</dd>
              <dt>${texts.sessionSeen}</dt>
              <dd>${time(session.last_seen_at)}</dd>
              <dt>${texts.sessionSince}</dt>
              <dd>${time(session.created_at)}</dd>
            </dl>
            <form method="post" action="${link("/account/sessions")}">
              <input type="hidden" name="session_id" value="${session.session_id}" />
              <button class="quiet">${session.current ? texts.logOut : texts.endSession}</button>
            </form>
          </section>`,
      )}
      ${
        newestFirst.length > 1
          ? html`<form method="post" action="${link("/account/sessions")}">
              <button name="which" value="others">${texts.endOthers}</button>
            </form>`
          : ""
      }
      <p><a href="${link("/account")}">${texts.back}</a></p>`,
  );
}

const ID = /^[0-9a-f-]{36}$/;

/** Ends the session that the form names, or all others. */
export async function endSessions(visit: Visit): Promise<Response> {
  const { form, api } = visit;
  const sessionId = form.get("session_id") ?? "";
  if (form.get("which") === "others") {
    const result = await api.logOut({ except: "current" });
    if (!result.ok) return refused(visit, result);
    return result.code === "all_sessions_ended"
      ? goTo(visit, withNotice(visit, "/login", "doneAllSessions"))
      : goTo(visit, withNotice(visit, "/account/sessions", "doneOthers"));
  }
  if (!ID.test(sessionId)) return goTo(visit, visit.link("/account/sessions"));
  const result = await api.endSession({ session_id: sessionId });
  // It may have ended meanwhile: that is what the visitor wanted.
  if (!result.ok && result.code !== "session_not_found") return refused(visit, result);
  const session = await api.currentSession();
  return session.ok
    ? goTo(visit, withNotice(visit, "/account/sessions", "doneSession"))
    : goTo(visit, withNotice(visit, "/login", "doneLoggedOut"));
}
