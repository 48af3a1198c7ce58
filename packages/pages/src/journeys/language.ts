import { isLanguage, primaryOf } from "../languages.ts";
import { refused } from "../refusals.ts";
import { goTo, LANGUAGE_COOKIE, returnTo, type Visit } from "../visit.ts";

const A_YEAR_SECONDS = 365 * 24 * 3600;

/** Keeps the language that the visitor chose, for the mails to a user too. */
export async function chooseLanguage(visit: Visit): Promise<Response> {
  const { form, link, api, hasSessionCookie } = visit;
  const chosen = form.get("language") ?? "";
  if (isLanguage(chosen)) {
    keepLanguage(visit, chosen);
    const stored = hasSessionCookie ? await api.chooseLanguage({ language: chosen }) : undefined;
    if (stored?.ok === false && stored.code !== "session_missing") return refused(visit, stored);
  }
  return goTo(visit, returnTo(visit) ?? link("/"));
}

/**
 * After a log-in, shows the pages in the language that the user has chosen anywhere. Whatever fails
 * here, the log-in has succeeded.
 */
export async function useOwnLanguage(visit: Visit): Promise<void> {
  const own = await visit.api.language();
  if (own.ok && own.body.language) keepLanguage(visit, primaryOf(own.body.language));
}

function keepLanguage({ setCookies, link, isSecure }: Visit, language: string): void {
  if (!isLanguage(language)) return;
  const attributes = `Path=${link("") || "/"}; HttpOnly; SameSite=Lax${isSecure ? "; Secure" : ""}`;
  setCookies.push(`${LANGUAGE_COOKIE}=${language}; ${attributes}; Max-Age=${A_YEAR_SECONDS}`);
}
