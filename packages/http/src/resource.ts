import type { Context, Hono } from "hono";
import { answer, setHeader } from "./answer.ts";
import type { AppEnv } from "./app-env.ts";
import type { Edge } from "./edge.ts";
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

/**
 * Mounts a resource behind the edge, as one handler for all methods: a path with a single handler is
 * served by Hono without a chain. A method that is not there is told which ones are (RFC 9110 15.5.6).
 */
export function mount(app: Hono<AppEnv>, path: string, resource: Resource, edge: Edge): void {
  const pattern = path.replace(/\{(\w+)\}/g, ":$1");
  const handlers = new Map<string, Endpoint["handle"]>();
  for (const [method, { handle }] of endpointsOf(resource)) handlers.set(method, handle);
  if (resource.GET) handlers.set("HEAD", resource.GET.handle);
  const allow = [...handlers.keys(), "OPTIONS"].join(", ");
  handlers.set("OPTIONS", (c) => {
    setHeader(c, "allow", allow);
    return answer(c, { status: 204 });
  });
  const refuse = (c: Context<AppEnv>) => problem(c, "method_not_allowed", { headers: { allow } });
  app.all(
    pattern,
    edge(pattern, (c) => (handlers.get(c.req.method) ?? refuse)(c)),
  );
}
