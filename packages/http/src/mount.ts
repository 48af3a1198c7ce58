import type { Context, Hono } from "hono";
import type { AppEnv } from "./app-env.ts";
import { type Operation, operationsOf, type Handled, type Resource } from "./operation.ts";
import { inputParser } from "./parse-input.ts";
import { problem } from "./problem.ts";
import type { Guard, Handler } from "./request-guard.ts";
import { respond, setHeader } from "./respond.ts";

/**
 * Mounts a resource behind the guard, as one handler for all methods: Hono serves a path with a
 * single handler without a chain. An unknown method is answered with the known ones (RFC 9110
 * 15.5.6).
 */
export function mount(app: Hono<AppEnv>, path: string, resource: Resource, guard: Guard): void {
  const pattern = path.replace(/\{(\w+)\}/g, ":$1");
  const handlers = new Map<string, Handler>();
  for (const [method, operation] of operationsOf(resource))
    handlers.set(method, handlerOf(operation));
  const head = handlers.get("GET");
  if (head) handlers.set("HEAD", async (c) => withoutBody(await head(c)));
  const allow = [...handlers.keys(), "OPTIONS"].join(", ");
  handlers.set("OPTIONS", (c) => {
    setHeader(c, "allow", allow);
    return respond(c, { status: 204 });
  });
  const refuse = (c: Context<AppEnv>) => problem(c, "method_not_allowed", { headers: { allow } });
  app.all(
    pattern,
    guard(pattern, (c) => (handlers.get(c.req.method) ?? refuse)(c)),
  );
}

/** Cancels a body that nobody reads, so that what makes it can stop. */
async function withoutBody(response: Response): Promise<Response> {
  const { status, headers } = response;
  await response.body?.cancel();
  return new Response(null, { status, headers });
}

const NOTHING = {};

/** Parses what the operation declares, calls its handler, and turns an error into a problem. */
function handlerOf(operation: Operation): Handler {
  const parse = inputParser(operation);
  const respondTo = (c: Context<AppEnv>, handled: Handled) =>
    handled instanceof Response
      ? handled
      : problem(c, handled.error, operation.errors?.[handled.error]);
  if (!parse) return async (c) => respondTo(c, await operation.handle(c, NOTHING));
  return async (c) => {
    const input = await parse(c);
    if (!input.ok) return problem(c, input.error, input.details);
    return respondTo(c, await operation.handle(c, input.value));
  };
}
