import { type Client, createClient, type Refusal } from "@postern/client";
import { readCookie, securityHeaders } from "@postern/http";
import type { Operations } from "@postern/client";
import { fill, type Language, languageOf, LANGUAGES } from "./languages.ts";
import type { PagesOptions } from "./options.ts";
import { safeReturn } from "./return-to.ts";
import type { Texts } from "./texts/en.ts";

/** A failure of any operation. */
export type AnyRefusal = Refusal<keyof Operations>;

/** One request for a page, and what its answer needs. */
export interface Visit {
  readonly request: Request;
  readonly url: URL;
  readonly options: PagesOptions;
  /** Fields of the form, or none. */
  readonly form: URLSearchParams;
  readonly language: Language;
  readonly texts: Texts;
  /** The service, called in the name of this browser. Cookies that it sets reach the browser. */
  readonly api: Client;
  readonly setCookies: string[];
  /** Puts the base path in front of a path of ours. */
  readonly link: (path: string) => string;
  readonly brandName: string;
  readonly isSecure: boolean;
}

export const LANGUAGE_COOKIE = "postern_language";

/** What the service needs to know of the browser: who calls, from where, and from which site. */
const FORWARDED =
  /^(cookie|host|origin|referer|user-agent|x-request-id|sec-fetch-.*|forwarded|x-forwarded-.*|x-real-ip)$/;

export function visitOf(
  request: Request,
  bindings: unknown,
  form: URLSearchParams,
  options: PagesOptions,
): Visit {
  const url = new URL(request.url);
  const basePath = new URL(options.publicUrl ?? url.origin).pathname.replace(/\/+$/, "");
  const cookies = request.headers.get("cookie") ?? undefined;
  const chosen = readCookie(cookies, LANGUAGE_COOKIE);
  const language = languageOf(chosen, request.headers.get("accept-language"));
  const setCookies: string[] = [];
  const forwarded = [...request.headers].filter(([name]) => FORWARDED.test(name));
  const send: typeof fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    for (const [name, value] of forwarded) headers.set(name, value);
    const response = await options.api(new Request(input, { ...init, headers }), bindings);
    setCookies.push(...response.headers.getSetCookie());
    return response;
  };
  return {
    request,
    url,
    options,
    form,
    language,
    texts: { ...LANGUAGES[language], ...options.texts?.[language] },
    api: createClient({ baseUrl: url.origin + basePath, fetch: send }),
    setCookies,
    link: (path) => basePath + path,
    brandName: options.brand?.name ?? "Postern",
    isSecure: options.policy.cookie.secure,
  };
}

/** Returns where the visitor wants to go afterwards, if that is allowed. */
export function returnTo({ url, form, options }: Visit): string | undefined {
  const given = form.get("return_to") ?? url.searchParams.get("return_to");
  return safeReturn(given, url.origin, options.returnOrigins ?? []);
}

/** Leads on with GET, so that a reload repeats nothing (RFC 9110 section 15.4.4). */
export function goTo(visit: Visit, location: string): Response {
  return respond(visit, null, { status: 303, headers: { location } });
}

const CONTENT_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

/** Answers with the service's security headers, and every cookie that it set meanwhile. */
export function respond(
  { options, setCookies, language }: Visit,
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
