import { type Ports, Unavailable } from "@postern/domain";
import { Hono } from "hono";
import type { AppEnv } from "./app-env.ts";
import { edge, type EdgeOptions } from "./edge.ts";
import { problem } from "./problems.ts";
import { mount } from "./resource.ts";
import { liveResource, readyResource } from "./routes/health.ts";
import { homeResource } from "./routes/home.ts";
import { profileResource } from "./routes/profile.ts";
import { resetPasswordResource } from "./routes/reset-password.ts";
import { currentSessionResource, sessionsResource } from "./routes/sessions.ts";
import { usersResource } from "./routes/users.ts";

export interface AppOptions extends Omit<EdgeOptions, "policy"> {
  readonly ports: Ports;
  /** Throws when the service cannot serve now. */
  readonly ready?: () => Promise<void>;
  /** Told of every fault, expected to pass or not; the caller is told nothing of its cause. */
  readonly onFault?: (error: Error, requestId: string) => void;
}

/** The whole HTTP surface on the given ports. `app.fetch` is a standard fetch handler. */
export function createApp(options: AppOptions): Hono<AppEnv> {
  const { ports, ready = async () => undefined, onFault } = options;
  const app = new Hono<AppEnv>();
  app.use(edge({ ...options, policy: ports.policy }));
  mount(app, "/", homeResource);
  mount(app, "/users", usersResource(ports));
  mount(app, "/sessions", sessionsResource(ports));
  mount(app, "/sessions/current", currentSessionResource(ports));
  mount(app, "/profile", profileResource(ports));
  mount(app, "/reset_password", resetPasswordResource(ports));
  mount(app, "/health/live", liveResource);
  mount(app, "/health/ready", readyResource(ready));
  app.notFound((c) => problem(c, "not_found"));
  app.onError((error, c) => {
    onFault?.(error, c.var.requestId);
    if (!(error instanceof Unavailable)) return problem(c, "internal_error");
    const headers = { "retry-after": String(error.retryAfterSeconds) };
    return problem(c, "unavailable", { headers });
  });
  return app;
}
