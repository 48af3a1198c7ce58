import type { Context } from "hono";
import type { AppEnv } from "./app-env.ts";

/**
 * Sets a header of the answer that is being made. They are kept in a plain record, as `Headers` would
 * cost a session check more than all the rest that we do for it (docs/performance.md).
 */
export function setHeader(c: Context<AppEnv>, name: Lowercase<string>, value: string): void {
  c.get("headers")[name] = value;
}

/** The answer, with every header that was set so far. The one place where one is made. */
export function answer(
  c: Context<AppEnv>,
  { status, body, type }: { status: number; body?: string; type?: string },
): Response {
  if (type) setHeader(c, "content-type", type);
  return new Response(body ?? null, { status, headers: c.get("headers") });
}

export const json = (c: Context<AppEnv>, value: unknown, status = 200): Response =>
  answer(c, { status, body: JSON.stringify(value), type: "application/json" });

/** Of `hono/html`, which has escaped what had to be. */
export async function htmlPage(
  c: Context<AppEnv>,
  html: { toString(): string } | Promise<{ toString(): string }>,
): Promise<Response> {
  return answer(c, { status: 200, body: String(await html), type: "text/html; charset=UTF-8" });
}

export function redirect(c: Context<AppEnv>, location: string): Response {
  setHeader(c, "location", location);
  return answer(c, { status: 302 });
}
