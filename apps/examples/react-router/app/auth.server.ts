import { createClient } from "@postern/client";
import { redirect } from "react-router";

const baseUrl = process.env.POSTERN_URL ?? "http://127.0.0.1:5000";
const COOKIE = "auth";

/** The browser's cookie holds `name=value` of the service's own, which this server passes on. */
function cookieOf(request: Request): string | undefined {
  const [, value] = /(?:^|; )auth=([^;]*)/.exec(request.headers.get("cookie") ?? "") ?? [];
  return value && decodeURIComponent(value);
}

export const clientOf = (request: Request) => createClient({ baseUrl, cookie: cookieOf(request) });

/** Sets this application's cookie to what the service gave, or deletes it. */
export const setCookie = (cookie: string | undefined): string =>
  `${COOKIE}=${encodeURIComponent(cookie ?? "")}; Path=/; HttpOnly; SameSite=Lax` +
  (cookie ? "" : "; Max-Age=0");

/** Returns the user, or leads to the log-in. A fault of the service is an error, and no log-out. */
export async function requireUser(request: Request) {
  const current = await clientOf(request).currentSession();
  if (current.ok) return current;
  if (current.code === "session_missing") throw redirect("/login");
  throw new Response("Try again in a moment.", { status: 503 });
}
