import { html } from "hono/html";
import { page } from "../layout.ts";
import { refused } from "../refusals.ts";
import { mailboxFor } from "./mailbox.ts";
import { say, type Visit } from "../visit.ts";

/** The first page for browsers: what runs here, and the way to each page. */
export async function showHome(visit: Visit): Promise<Response> {
  const { api, texts, link, options, brandName, hasSessionCookie } = visit;
  const session = hasSessionCookie ? await api.currentSession() : undefined;
  if (session && !session.ok && session.code !== "session_missing") return refused(visit, session);
  const { about, policy } = options;
  return page(
    visit,
    { title: "homeTitle" },
    html`<p>
        ${session?.ok ? say(visit, "homeLoggedIn", { email: session.body.email }) : texts.homeText}
      </p>
      <p class="links">
        ${
          session?.ok
            ? html`<a href="${link("/account")}">${texts.homeAccount}</a>`
            : html`<a href="${link("/login")}">${texts.toLogIn}</a>
                <a href="${link("/register")}">${texts.toRegister}</a>`
        }
      </p>
      ${
        about
          ? html`<section class="card">
              <h2>${texts.homeOperators}</h2>
              <p>
                ${say(visit, "homeRuns", { name: brandName, mode: about.mode, policy: policy.name })}
              </p>
              <ul>
                <li><a href="${link("/docs")}">${texts.homeDocs}</a></li>
                ${mailboxFor(visit) ? html`<li><a href="${link("/mail")}">${texts.homeMail}</a></li>` : ""}
                <li><a href="${link("/health/ready")}">${texts.homeHealth}</a></li>
              </ul>
            </section>`
          : ""
      }`,
  );
}
