import { primaryLanguageOf } from "@postern/domain";
import { isLanguage } from "../languages.ts";
import { goTo, languageCookieName, returnTo, type Visit } from "../visit.ts";

const A_YEAR_SECONDS = 365 * 24 * 3600;

/**
 * Keeps the language that the visitor chose: in a cookie for the pages, and in the user for mails.
 * If the user's cannot be stored now, the pages change to the chosen language all the same.
 */
export async function chooseLanguage(visit: Visit): Promise<Response> {
  const { form, link, api, hasSessionCookie, setCookies } = visit;
  const chosen = form.get("language") ?? "";
  if (isLanguage(chosen)) {
    setCookies.push(languageCookie(visit, chosen, A_YEAR_SECONDS));
    if (hasSessionCookie) await api.chooseLanguage({ language: chosen });
  }
  return goTo(visit, returnTo(visit) ?? link("/"));
}

/**
 * After a log-in, shows the pages in the user's language, unless one was chosen in this browser. A
 * language that cannot be read does not undo the log-in.
 */
export async function useOwnLanguage(visit: Visit): Promise<void> {
  const { chosenLanguage, setCookies, options, apiWith } = visit;
  const sessionCookie = setCookies
    .map((cookie) => cookie.split(";", 1)[0] ?? "")
    .find((pair) => pair.startsWith(`${options.policy.cookie.name}=`));
  if (chosenLanguage !== undefined || sessionCookie === undefined) return;
  const own = await apiWith(sessionCookie).language();
  if (!own.ok) return;
  const language = primaryLanguageOf(own.body.language ?? "");
  // `.user`: it is the user's own language, not chosen in this browser.
  if (isLanguage(language)) setCookies.push(languageCookie(visit, `${language}.user`));
  else setCookies.push(languageCookie(visit, "", 0)); // it may be an earlier user's
}

/** Without an age, the browser keeps it until it is closed. */
function languageCookie({ link, options }: Visit, value: string, ageSeconds?: number): string {
  const secure = options.policy.cookie.secure ? "; Secure" : "";
  const age = ageSeconds === undefined ? "" : `; Max-Age=${ageSeconds}`;
  const path = link("") || "/";
  const name = languageCookieName(options);
  return `${name}=${value}; Path=${path}; HttpOnly; SameSite=Lax${secure}${age}`;
}
