import { html } from "hono/html";
import { page } from "../layout.ts";
import type { Texts } from "../texts/en.ts";
import type { Visit } from "../visit.ts";
import { mailboxFor } from "./mailbox.ts";

/** What was sent, and where to ask for it again. */
const SENT: Readonly<Record<string, readonly [text: keyof Texts, again: string]>> = {
  registration: ["checkMailRegistration", "/confirm-again"],
  confirmation: ["checkMailAgain", "/confirm-again"],
  reset: ["checkMailReset", "/forgot-password"],
  email: ["checkMailEmail", "/account/email"],
};

/** Says that a mail is on its way. It names no address: the address bar would keep it. */
export function showCheckMail(visit: Visit): Promise<Response> {
  const { url, texts, link } = visit;
  const kind = url.searchParams.get("for") ?? "";
  const [text, again] = (Object.hasOwn(SENT, kind) ? SENT[kind] : undefined) ?? [
    "checkMailReset",
    "/forgot-password",
  ];
  return page(
    visit,
    { title: "checkMailTitle" },
    html`<p>${texts[text]}</p>
      <p>${texts.checkMailNothing}</p>
      <p class="links">
        <a href="${link(again)}">${texts.askAgain}</a>
        <a href="${link("/login")}">${texts.toLogIn}</a>
        ${mailboxFor(visit) ? html`<a href="${link("/mail")}">${texts.homeMail}</a>` : ""}
      </p>`,
  );
}
