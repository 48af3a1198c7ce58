import {
  acceptedItems,
  isCrossSiteWrite,
  publicPlace,
  requestIdOf,
  requestPathOf,
  withoutBasePath,
} from "@postern/http";
import { assetResponses } from "./assets.ts";
import { readForm } from "./form.ts";
import { downloadData, showAccount } from "./journeys/account.ts";
import { changeEmail, showChangeEmail } from "./journeys/change-email.ts";
import { changePassword, showChangePassword } from "./journeys/change-password.ts";
import { showCheckMail } from "./journeys/check-mail.ts";
import { confirm, confirmAgain, showConfirm, showConfirmAgain } from "./journeys/confirm.ts";
import { deleteAccount, showDelete } from "./journeys/delete-account.ts";
import { showDocs } from "./journeys/docs.ts";
import { forgot, showForgot } from "./journeys/forgot.ts";
import { showHome } from "./journeys/home.ts";
import { chooseLanguage } from "./journeys/language.ts";
import { logIn, logOut, showLogIn } from "./journeys/log-in.ts";
import { takeLink } from "./journeys/mail-link.ts";
import { showMails, showMessage, showPreviews } from "./journeys/mailbox.ts";
import { register, showRegister } from "./journeys/register.ts";
import { reset, showReset } from "./journeys/reset.ts";
import { endSessions, showSessions } from "./journeys/sessions.ts";
import type { PagesOptions } from "./options.ts";
import { errorPage } from "./refusals.ts";
import { type Asked, goTo, say, type Visit, visitOf, withoutSlash } from "./visit.ts";

type Answer = (visit: Visit) => Response | Promise<Response>;

interface Page {
  readonly GET?: Answer;
  readonly POST?: Answer;
}

/** Every page. What is not here, the service answers itself. */
const PAGES: Readonly<Record<string, Page>> = {
  "/": { GET: showHome },
  "/login": { GET: showLogIn, POST: logIn },
  "/logout": { POST: logOut },
  "/register": { GET: showRegister, POST: register },
  "/check-mail": { GET: showCheckMail },
  "/forgot-password": { GET: showForgot, POST: forgot },
  "/reset_password": { GET: showReset },
  "/reset_password/link": { POST: (visit) => takeLink(visit, "/reset_password") },
  "/reset_password/choose": { POST: reset },
  "/email_verification": { GET: showConfirm },
  "/email_verification/link": { POST: (visit) => takeLink(visit, "/email_verification") },
  "/email_verification/confirm": { POST: confirm },
  "/confirm-again": { GET: showConfirmAgain, POST: confirmAgain },
  "/account": { GET: showAccount },
  "/account/email": { GET: showChangeEmail, POST: changeEmail },
  "/account/password": { GET: showChangePassword, POST: changePassword },
  "/account/sessions": { GET: showSessions, POST: endSessions },
  "/account/export": { GET: downloadData },
  "/account/delete": { GET: showDelete, POST: deleteAccount },
  "/profile/password": { GET: (visit) => goTo(visit, visit.link("/account/password")) },
  "/language": { POST: chooseLanguage },
  "/docs": { GET: showDocs },
  "/mail": { GET: showMails },
  "/mail/message": { GET: showMessage },
  "/mail/preview": { GET: showPreviews },
};

const NOT_FOUND: Page = {
  GET: (visit) => errorPage(visit, say(visit, "errorNotFound"), 404),
};

/** Paths that the API serves too, with methods that change something. */
const SHARED: ReadonlySet<string> = new Set([
  "/reset_password",
  "/email_verification",
  "/profile/password",
]);

/**
 * Creates the pages for people, in front of the service. Returns a standard fetch handler that
 * answers the paths of pages, and passes everything else on to the service. The pages call the
 * service as any client does: they show nothing that it hides, and what it refuses they cannot do.
 *
 * @example
 * const app = createApp({ ports });
 * const site = createPages({ api: app.fetch, policy: ports.policy });
 * const response = await site(new Request("http://127.0.0.1:5000/login"));
 */
export function createPages(
  options: PagesOptions,
): (request: Request, bindings?: unknown) => Response | Promise<Response> {
  const assetAt = assetResponses(options);
  const { origin, basePath } = publicPlace(options.publicUrl);

  async function answer(asked: Asked, page: Page): Promise<Response> {
    const { request } = asked;
    const method = request.method === "HEAD" ? "GET" : request.method;
    const handle = method === "GET" ? page.GET : method === "POST" ? page.POST : undefined;
    const visit = visitOf(asked, options);
    if (!handle) {
      const allow = [page.GET && "GET, HEAD", page.POST && "POST"].filter(Boolean).join(", ");
      const response = await errorPage(visit, say(visit, "errorNotFound"), 405);
      response.headers.set("allow", allow);
      return response;
    }
    if (isCrossSiteWrite(request, origin))
      return errorPage(visit, say(visit, "errorCrossSite"), 403);
    if (method === "GET") return await handle(visit);
    const form = await readForm(request);
    if (!form) return errorPage(visit, say(visit, "errorOther"), 415);
    return await handle(visitOf(asked, options, form));
  }

  async function answerSafely(asked: Asked, page: Page): Promise<Response> {
    try {
      return await answer(asked, page);
    } catch (error) {
      options.onFault?.(error, asked.requestId);
      const visit = visitOf(asked, options);
      return errorPage(visit, say(visit, "errorOther"), 500);
    }
  }

  async function answerAndReport(asked: Asked, path: string, page: Page): Promise<Response> {
    const { requestId } = asked;
    const { method } = asked.request;
    const startedAt = performance.now();
    const response = await answerSafely(asked, page);
    const { status } = response;
    const durationMs = Math.round((performance.now() - startedAt) * 100) / 100;
    if (status !== 429 && status !== 503)
      options.onPage?.({ requestId, method, page: path, status, durationMs });
    return response;
  }

  /** Passes a request on. A browser that looks for something which is not there gets a page. */
  async function pass(request: Request, bindings: unknown): Promise<Response> {
    const response = await options.api(request, bindings);
    if (response.status !== 404 || !isRead(request) || !asksForHtml(request)) return response;
    await response.body?.cancel();
    const requestId = requestIdOf(response.headers.get("x-request-id"));
    return await answerSafely({ request, bindings, requestId }, NOT_FOUND);
  }

  return (request, bindings) => {
    // A request that the service does not admit is refused by the service, not by a page.
    if (options.isAdmitted?.(request, bindings) === false) return options.api(request, bindings);
    const path = withoutSlash(withoutBasePath(requestPathOf(request), basePath));
    const page = Object.hasOwn(PAGES, path) ? PAGES[path] : undefined;
    if (page && isForPeople(request, path)) {
      const requestId = requestIdOf(request.headers.get("x-request-id"));
      return answerAndReport({ request, bindings, requestId }, path, page);
    }
    return (isRead(request) && assetAt(path)) || pass(request, bindings);
  };
}

/** Whether a page answers this path of `PAGES`. If not, the request goes on to the API. */
function isForPeople(request: Request, path: string): boolean {
  if (path === "/") return isRead(request) && asksForHtml(request);
  return isRead(request) || !SHARED.has(path);
}

const isRead = ({ method }: Request) => method === "GET" || method === "HEAD";

/** Whether `Accept` lists `text/html` itself, with a weight not below that of JSON. */
function asksForHtml({ headers }: Request): boolean {
  const accepted = acceptedItems(headers.get("accept"));
  const weightOf = (type: string) => accepted.find(({ item }) => item === type)?.weight ?? 0;
  const html = weightOf("text/html");
  return html > 0 && html >= weightOf("application/json");
}
