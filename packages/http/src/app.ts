import { type Ports, Unavailable } from "@postern/domain";
import { type Context, Hono } from "hono";
import type { AppEnv } from "./app-env.ts";
import { edge, type EdgeOptions } from "./edge.ts";
import { problem } from "./problems.ts";
import { mount } from "./resource.ts";
import { liveResource, readyResource } from "./routes/health.ts";
import { homeResource } from "./routes/home.ts";
import { profileResource } from "./routes/profile.ts";
import { type Mailbox, mailboxResource } from "./routes/mailbox.ts";
import {
  resetPasswordPage,
  resetPasswordScript,
  resetPasswordStyle,
} from "./routes/reset-password-page.ts";
import { resetPasswordResource } from "./routes/reset-password.ts";
import { currentSessionResource, sessionsResource } from "./routes/sessions.ts";
import { usersResource } from "./routes/users.ts";

export interface AppOptions extends Omit<EdgeOptions, "policy"> {
  readonly ports: Ports;
  /** Mails that were kept instead of sent, shown to callers from the very machine. */
  readonly mailbox?: Mailbox | undefined;
  /** Does this request come from the very machine? What the server binds to a request is asked too. */
  readonly isLocalCaller?: (request: Request, bindings: unknown) => boolean;
  /** Throws when the service cannot serve now. */
  readonly ready?: () => Promise<void>;
  /** Told of every fault, expected to pass or not; the caller is told nothing of its cause. */
  readonly onFault?: (error: Error, requestId: string) => void;
}

const notFound = (c: Context<AppEnv>) => problem(c, "not_found");

/** The whole HTTP surface on the given ports. `app.fetch` is a standard fetch handler. */
export function createApp(options: AppOptions): Hono<AppEnv> {
  const { ports, ready = async () => undefined, onFault } = options;
  const { mailbox, isLocalCaller = () => false } = options;
  const app = new Hono<AppEnv>();
  app.use(edge({ ...options, policy: ports.policy }));
  mount(app, "/", homeResource);
  mount(app, "/users", usersResource(ports));
  mount(app, "/sessions", sessionsResource(ports));
  mount(app, "/sessions/current", currentSessionResource(ports));
  mount(app, "/profile", profileResource(ports));
  mount(app, "/reset_password", { ...resetPasswordPage, ...resetPasswordResource(ports) });
  mount(app, "/reset_password/page.js", resetPasswordScript);
  mount(app, "/reset_password/page.css", resetPasswordStyle);
  if (mailbox) mount(app, "/mail", mailboxResource(mailbox, isLocalCaller, notFound));
  mount(app, "/health/live", liveResource);
  mount(app, "/health/ready", readyResource(ready));
  app.notFound(notFound);
  app.onError((error, c) => {
    onFault?.(error, c.var.requestId);
    if (!(error instanceof Unavailable)) return problem(c, "internal_error");
    const headers = { "retry-after": String(error.retryAfterSeconds) };
    return problem(c, "unavailable", { headers });
  });
  return app;
}
