import type { Context } from "hono";
import type { AppEnv } from "./app-env.ts";

/**
 * Sets a header of the response. Headers are collected in a plain record: a `Headers` object would
 * cost a session check more than all our other work on it (docs/performance.md).
 */
export function setHeader(c: Context<AppEnv>, name: Lowercase<string>, value: string): void {
  c.get("headers")[name] = value;
}

/** Creates the response, with every header that was set. Every response is created here. */
export function respond(
  c: Context<AppEnv>,
  { status, body, type }: { status: number; body?: string | ReadableStream; type?: string },
): Response {
  if (type) setHeader(c, "content-type", type);
  const response = new Response(body ?? null, { status, headers: c.get("headers") });
  const deviceCookie = c.get("deviceCookie");
  if (deviceCookie !== undefined) response.headers.append("set-cookie", deviceCookie);
  return response;
}

export const json = (c: Context<AppEnv>, value: unknown, status = 200): Response =>
  respond(c, { status, body: JSON.stringify(value), type: "application/json" });

/** Redirects to a path of ours. */
export function redirect(c: Context<AppEnv>, path: string): Response {
  setHeader(c, "location", c.get("basePath") + path);
  return respond(c, { status: 302 });
}
