import type { Context, Hono } from "hono";
import type { AppEnv } from "./app-env.ts";
import { problem } from "./problems.ts";

type Method = "GET" | "POST" | "PUT" | "DELETE";
type Handler = (c: Context<AppEnv>) => Response | Promise<Response>;
/** What can be done with a resource: a handler for each method it has. HEAD comes with GET. */
export type Resource = Readonly<Partial<Record<Method, Handler>>>;

/** Mounts a resource; every other method on its path is told which ones there are (RFC 9110 15.5.6). */
export function mount(app: Hono<AppEnv>, path: string, resource: Resource): void {
  const methods = Object.keys(resource);
  if (resource.GET) methods.push("HEAD");
  const allow = [...methods, "OPTIONS"].join(", ");
  for (const [method, handler] of Object.entries(resource)) app.on(method, path, handler);
  app.on("OPTIONS", path, (c) => c.body(null, 204, { allow }));
  app.all(path, (c) => problem(c, "method_not_allowed", { headers: { allow } }));
}
