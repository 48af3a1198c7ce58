import { UNKNOWN_DEVICE } from "@postern/domain";
import { html } from "hono/html";
import { fill } from "../languages.ts";
import { page, withNotice } from "../layout.ts";
import { refused } from "../refusals.ts";
import { goTo, type Visit } from "../visit.ts";

/** Networks of which no address is on the internet (RFC 1918, RFC 4193, RFC 1122). */
const LOOPBACK = /^(127\.|::1\b)/;
const PRIVATE = /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|f[cd])/;

/** A device in the visitor's words. The service says "Firefox on Linux" if it knows both. */
function deviceOf({ texts }: Visit, device: string | null): string {
  const [browser, system] = device?.split(" on ") ?? [];
  if (browser && system) return fill(texts.sessionDevice, { browser, system });
  return device === null || device === UNKNOWN_DEVICE ? texts.sessionUnknown : device;
}

/** A network in the visitor's words. */
function placeOf({ texts }: Visit, network: string | null): string {
  if (network === null) return texts.sessionUnknown;
  if (LOOPBACK.test(network)) return texts.sessionPlaceHere;
  return PRIVATE.test(network) ? fill(texts.sessionPlacePrivate, { network }) : network;
}

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
  const newestFirst = result.body.sessions.toReversed();
  return page(
    visit,
    { title: "sessionsTitle", layout: "wide" },
    html`<p>${texts.sessionsText}</p>
      ${newestFirst.map(
        (session) =>
          html`<section class="card">
            <h2>
              ${deviceOf(visit, session.device)}${session.current ? ` · ${texts.sessionHere}` : ""}
            </h2>
            <dl>
              <dt>${texts.sessionPlace}</dt>
              <dd>${placeOf(visit, session.network)}</dd>
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
