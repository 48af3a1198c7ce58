import { type Client, createClient, type Refusal } from "@postern/client";
import {
  publicPlace,
  readCookie,
  securityHeaders,
  cookieSuffixOf,
  withoutBasePath,
} from "@postern/http";
import type { Operations } from "@postern/client";
import { fill, isLanguage, type PageLanguage, languageOf, LANGUAGES } from "./languages.ts";
import type { PagesOptions } from "./options.ts";
import { safeReturn } from "./return-to.ts";
import type { Texts } from "./texts/en.ts";

/** A failure of any operation. */
export type AnyRefusal = Refusal<keyof Operations>;

/** One request for a page, and what its answer needs. */
export interface Visit {
  readonly request: Request;
  /** What the server knows beside the request. */
  readonly bindings: unknown;
  /** In the log lines of every call that the page makes. */
  readonly requestId: string;
  readonly url: URL;
  /** Where people reach the service, which a proxy may hide from `url`. */
  readonly origin: string;
  readonly hasSessionCookie: boolean;
  readonly options: PagesOptions;
  /** Fields of the form, or none. */
  readonly form: URLSearchParams;
  readonly language: PageLanguage;
  /** The language that was chosen in this browser. A user's own may be kept without a choice. */
  readonly chosenLanguage: PageLanguage | undefined;
  readonly texts: Texts;
  /** The service, called in the name of this browser. Cookies that it sets reach the browser. */
  readonly api: Client;
  readonly setCookies: string[];
  /** Returns the service, called with this cookie alone. */
  readonly apiWith: (cookie: string) => Client;
  /** Reads a route of the service as it answers it, for answers that may be large. */
  readonly get: (path: string) => Promise<Response>;
  /** Puts the base path in front of a path of ours. */
  readonly link: (path: string) => string;
  readonly brandName: string;
}

/**
 * The name of the cookie with the language of a browser: `de` if it was chosen there, `de.user` if
 * it is that of the user who logged in.
 */
export const languageCookieName = ({ policy }: PagesOptions): string =>
  `postern_language${cookieSuffixOf(policy.cookie)}`;

/**
 * Headers of the page's own request that say nothing of its caller. Every other one is passed on:
 * the service looks at many to tell who calls, and from where.
 */
const OF_THE_PAGE =
  /^(accept|content-.*|transfer-encoding|connection|keep-alive|expect|te|trailer|upgrade|idempotency-key|if-.*|range)$/;

/** A request, with the id that its answer and every call of it have in the log. */
export interface Asked {
  readonly request: Request;
  readonly bindings: unknown;
  readonly requestId: string;
}

export function visitOf(
  { request, bindings, requestId }: Asked,
  options: PagesOptions,
  form: URLSearchParams = new URLSearchParams(),
): Visit {
  const url = new URL(request.url);
  const { origin = url.origin, basePath } = publicPlace(options.publicUrl);
  const cookies = request.headers.get("cookie") ?? undefined;
  const [kept, from] = readCookie(cookies, languageCookieName(options))?.split(".") ?? [];
  const chosenLanguage = from === undefined && isLanguage(kept) ? kept : undefined;
  const language = languageOf(kept, request.headers.get("accept-language"));
  const setCookies: string[] = [];
  const passed = [...request.headers].filter(([name]) => !OF_THE_PAGE.test(name));
  const call = async (input: RequestInfo | URL, init?: RequestInit, cookie?: string) => {
    const headers = new Headers(init?.headers);
    // Cookies pass as they came: the service knows which of several counts.
    for (const [name, value] of passed) headers.set(name, value);
    headers.set("x-request-id", requestId);
    // A new user receives mails in the language that was chosen.
    if (chosenLanguage) headers.set("accept-language", chosenLanguage);
    if (cookie !== undefined) headers.set("cookie", cookie);
    const response = await options.api(new Request(input, { ...init, headers }), bindings);
    setCookies.push(...response.headers.getSetCookie());
    return response;
  };
  const base = url.origin + basePath;
  return {
    request,
    bindings,
    requestId,
    url,
    origin,
    hasSessionCookie: readCookie(cookies, options.policy.cookie.name) !== undefined,
    apiWith: (cookie) =>
      createClient({ baseUrl: base, fetch: (input, init) => call(input, init, cookie) }),
    get: (path) => call(base + path),
    chosenLanguage,
    options,
    form,
    language,
    texts: { ...LANGUAGES[language], ...options.texts?.[language] },
    api: createClient({ baseUrl: base, fetch: call }),
    setCookies,
    link: (path) => basePath + path,
    brandName: options.brand?.name ?? "Postern",
  };
}

/** The path of the page without the base path, which `link` puts in front again. */
export const pathOf = ({ url, link }: Visit): string =>
  withoutSlash(withoutBasePath(url.pathname, link("")));

/** A path with a slash behind it is the same page, as the service has it too. */
export const withoutSlash = (path: string): string =>
  path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;

/** Returns where the visitor wants to go afterwards, if that is allowed. */
export function returnTo({ url, origin, form, options }: Visit): string | undefined {
  const given = form.get("return_to") ?? url.searchParams.get("return_to");
  return safeReturn(given, origin, options.returnOrigins ?? []);
}

/** Leads on with GET, so that a reload repeats nothing (RFC 9110 section 15.4.4). */
export function goTo(visit: Visit, location: string): Response {
  return respond(visit, null, { status: 303, headers: { location } });
}

/** The last directive is open: `respond` adds where forms may lead. */
export const CONTENT_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/** Answers with the service's security headers, and every cookie that it set meanwhile. */
export function respond(
  { options, setCookies, language, requestId }: Visit,
  body: string | null,
  { status = 200, headers = {} }: { status?: number; headers?: Readonly<Record<string, string>> },
): Response {
  const targets = ["", ...(options.returnOrigins ?? [])].join(" ");
  const response = new Response(body, {
    status,
    headers: {
      ...securityHeaders(options.policy),
      "content-security-policy": CONTENT_POLICY + targets,
      "content-language": language,
      "x-request-id": requestId,
      // Not none: browsers would then send `Origin: null` with our forms.
      "referrer-policy": "same-origin",
      vary: "accept, accept-language, cookie",
      ...(body !== null && { "content-type": "text/html; charset=utf-8" }),
      ...headers,
    },
  });
  for (const cookie of setCookies) response.headers.append("set-cookie", cookie);
  return response;
}

/** Returns a text of the visitor's language, with these values in it. */
export const say = (
  { texts }: Visit,
  key: keyof Texts,
  values: Readonly<Record<string, string | number>> = {},
): string => fill(texts[key], values);
