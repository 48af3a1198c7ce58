import { html } from "hono/html";
import { minimumOf, type FieldErrors } from "./fields.ts";
import { page } from "./layout.ts";
import type { Texts } from "./texts/en.ts";
import { type AnyRefusal, goTo, pathOf, say, type Visit } from "./visit.ts";

/** What each error of a form says, and beside which kind of field. */
const FIELD_ERRORS: Readonly<
  Partial<
    Record<
      AnyRefusal["code"],
      readonly [text: keyof Texts, field: "email" | "new" | "current" | "all"]
    >
  >
> = {
  credentials_invalid: ["credentialsInvalid", "all"],
  email_already_registered: ["emailTaken", "email"],
  email_invalid: ["emailInvalid", "email"],
  email_unknown: ["emailUnknown", "email"],
  registration_closed: ["registrationClosed", "all"],
  password_breached: ["passwordBreached", "new"],
  password_common: ["passwordCommon", "new"],
  password_too_easy: ["passwordEasy", "new"],
  password_too_long: ["passwordLong", "new"],
  password_malformed: ["passwordMalformed", "new"],
  password_too_short: ["passwordShort", "new"],
  password_required: ["passwordRequired", "current"],
  password_wrong: ["passwordWrong", "current"],
};

/** The names of a form's fields, by their kind. */
interface FieldNames {
  readonly email?: string;
  readonly new?: string;
  readonly current?: string;
}

/**
 * Returns what to say in a form that the service refused. `undefined`: the refusal is not about the
 * form's fields.
 */
export function fieldErrors(
  visit: Visit,
  { code }: AnyRefusal,
  names: FieldNames,
): FieldErrors | undefined {
  const [text, kind] = FIELD_ERRORS[code] ?? [];
  if (!text || !kind) return undefined;
  const needsConfirmation = visit.options.policy.verification.isRequired;
  if (code === "credentials_invalid" && needsConfirmation)
    return { "": say(visit, "credentialsOrConfirmation") };
  const name = kind === "all" ? "" : (names[kind] ?? "");
  const given = visit.form.get(name) ?? "";
  if (code === "password_too_short" && given === "")
    return { [name]: say(visit, "passwordMissing") };
  return {
    [name]: say(visit, text, { minimum: minimumOf(visit), length: Array.from(given).length }),
  };
}

/** The status of a form that is shown again with its errors (RFC 9110 section 15.5.21). */
export const INVALID = 422;

/** What else the service may refuse, and how that is answered. */
const OTHER_ERRORS: Readonly<
  Partial<Record<AnyRefusal["code"], readonly [text: keyof Texts, status: number]>>
> = {
  change_made_sessions_pending: ["errorMade", 503],
  cross_site_request: ["errorCrossSite", 403],
  misdirected_request: ["errorMisdirected", 421],
  too_many_attempts: ["errorTooMany", 429],
  unavailable: ["errorUnavailable", 503],
  unreachable: ["errorUnavailable", 503],
};

/** Answers with what went wrong outside of a form. Without a session, it leads to the log-in. */
export function refused(visit: Visit, refusal: AnyRefusal): Response | Promise<Response> {
  const { code, status, retryAfterSeconds = 1 } = refusal;
  if (code === "session_missing") return toLogIn(visit);
  const isBusy: readonly [keyof Texts, number] = ["errorUnavailable", 503];
  const isOther: readonly [keyof Texts, number] = ["errorOther", status >= 400 ? status : 500];
  const [text, answered] = OTHER_ERRORS[code] ?? (status === 503 ? isBusy : isOther);
  const said = say(visit, text, { minutes: Math.ceil(retryAfterSeconds / 60) });
  const isWait = answered === 429 || answered === 503;
  return errorPage(visit, said, answered, isWait ? retryAfterSeconds : undefined);
}

export const errorPage = (
  visit: Visit,
  text: string,
  status: number,
  retryAfterSeconds?: number,
): Promise<Response> =>
  page(
    visit,
    {
      title: "errorTitle",
      status,
      ...(retryAfterSeconds && { headers: { "retry-after": String(retryAfterSeconds) } }),
    },
    html`<p>${text}</p>
      <p><a href="${visit.link("/")}">${visit.texts.homeTitle}</a></p>`,
  );

/** Leads to the log-in, and from there back to this page. */
function toLogIn(visit: Visit): Response {
  const { request, url, link } = visit;
  const isPage = request.method === "GET" || request.method === "HEAD";
  const back = isPage ? link(pathOf(visit)) + url.search : link("/account");
  const query = new URLSearchParams({ return_to: back, notice: "logInFirst" });
  return goTo(visit, `${link("/login")}?${query}`);
}
