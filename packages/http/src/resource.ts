import type { Context, Hono } from "hono";
import type { AppEnv } from "./app-env.ts";
import type { Operation } from "./operation.ts";
import { problem } from "./problems.ts";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** An operation, and what does it. */
export interface Endpoint extends Operation {
  readonly handle: (c: Context<AppEnv>) => Response | Promise<Response>;
}

/** What can be done with a resource, by method. HEAD comes with GET. */
export type Resource = Readonly<Partial<Record<Method, Endpoint>>>;

/** The whole surface: a resource for each path, `{name}` for what varies in it. */
export type Resources = Readonly<Record<string, Resource>>;

export const endpointsOf = (resource: Resource): [Method, Endpoint][] =>
  Object.entries(resource) as [Method, Endpoint][];

/** Mounts a resource; every other method on its path is told which ones there are (RFC 9110 15.5.6). */
export function mount(app: Hono<AppEnv>, path: string, resource: Resource): void {
  const pattern = path.replace(/\{(\w+)\}/g, ":$1");
  const methods: string[] = Object.keys(resource);
  if (resource.GET) methods.push("HEAD");
  const allow = [...methods, "OPTIONS"].join(", ");
  for (const [method, { handle }] of endpointsOf(resource)) app.on(method, pattern, handle);
  app.on("OPTIONS", pattern, (c) => c.body(null, 204, { allow }));
  app.all(pattern, (c) => problem(c, "method_not_allowed", { headers: { allow } }));
}
