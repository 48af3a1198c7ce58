import { isLanguage, primaryOf } from "../languages.ts";
import { goTo, languageCookieName, returnTo, type Visit } from "../visit.ts";

const A_YEAR_SECONDS = 365 * 24 * 3600;

/**
 * Keeps the language that the visitor chose: in a cookie for the pages, and in the user for mails.
 * If the user's cannot be stored now, the pages change to the chosen language all the same.
 */
export async function chooseLanguage(visit: Visit): Promise<Response> {
  const { form, link, api, hasSessionCookie } = visit;
  const chosen = form.get("language") ?? "";
  if (isLanguage(chosen)) {
    keepLanguage(visit, chosen);
    if (hasSessionCookie) await api.chooseLanguage({ language: chosen });
  }
  return goTo(visit, returnTo(visit) ?? link("/"));
}

/**
 * After a log-in, shows the pages in the user's language, unless the browser keeps one already. A
 * language that cannot be read does not undo the log-in.
 */
export async function useOwnLanguage(visit: Visit): Promise<void> {
  const { chosenLanguage, setCookies, options, get } = visit;
  const sessionCookie = setCookies
    .map((cookie) => cookie.split(";", 1)[0] ?? "")
    .find((pair) => pair.startsWith(`${options.policy.cookie.name}=`));
  if (chosenLanguage !== undefined || sessionCookie === undefined) return;
  const answer = await get("/profile/language", sessionCookie);
  if (!answer.ok) {
    await answer.body?.cancel();
    return;
  }
  const { language } = (await answer.json()) as { language: string | null };
  if (language !== null) keepLanguage(visit, primaryOf(language));
}

function keepLanguage({ setCookies, link, options }: Visit, language: string): void {
  if (!isLanguage(language)) return;
  const isSecure = options.policy.cookie.secure;
  const attributes = `Path=${link("") || "/"}; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
  const name = languageCookieName(options);
  setCookies.push(`${name}=${language}; ${attributes}; Max-Age=${A_YEAR_SECONDS}`);
}
