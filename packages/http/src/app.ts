import type { Ports } from "@postern/domain";
import { type Context, Hono } from "hono";
import type { AppEnv } from "./app-env.ts";
import type { CallerOptions } from "./caller.ts";
import { edge, type EdgeOptions } from "./edge.ts";
import { type OpenApi, openApi } from "./openapi.ts";
import { pathRouter } from "./path-router.ts";
import { problem } from "./problems.ts";
import { mount, type Resources } from "./resource.ts";
import { docsResources } from "./routes/docs.ts";
import { emailVerificationResource } from "./routes/email-verification.ts";
import { liveResource, readyResource } from "./routes/health.ts";
import { homeResource } from "./routes/home.ts";
import { type Mailbox, mailboxResource } from "./routes/mailbox.ts";
import { changePasswordResource, pages } from "./routes/pages.ts";
import { profileEmailResource } from "./routes/profile-email.ts";
import { profileExportResource } from "./routes/profile-export.ts";
import { profilePasswordResource } from "./routes/profile-password.ts";
import { profileResource } from "./routes/profile.ts";
import { resetPasswordResource } from "./routes/reset-password.ts";
import { currentSessionResource, sessionResource } from "./routes/session.ts";
import { sessionsResource } from "./routes/sessions.ts";
import { usersResource } from "./routes/users.ts";

export interface AppOptions extends Omit<EdgeOptions, "policy">, CallerOptions {
  readonly ports: Ports;
  /** Mails that were kept instead of sent, shown to callers from the very machine. */
  readonly mailbox?: Mailbox | undefined;
  /** Does this request come from the very machine? What the server binds to a request is asked too. */
  readonly isLocalCaller?: (request: Request, bindings: unknown) => boolean;
  /** Throws when the service cannot serve now. */
  readonly ready?: () => Promise<void>;
}

const notFound = (c: Context<AppEnv>) => problem(c, "not_found");

/** The whole HTTP surface on the given ports. `app.fetch` is a standard fetch handler. */
export function createApp(options: AppOptions): Hono<AppEnv> {
  const app = new Hono<AppEnv>({ router: pathRouter() });
  const guarded = edge({ ...options, policy: options.ports.policy });
  for (const [path, resource] of Object.entries(surface(options)))
    mount(app, path, resource, guarded);
  app.notFound(guarded("/*", notFound));
  // What the edge answers with, and whoever it tells, may fail too.
  app.onError((_, c) => problem(c, "internal_error"));
  return app;
}

/** Every path, with what is done there and its description, which is one of them. */
export function surface(options: AppOptions): Resources {
  const { name: cookieName } = options.ports.policy.cookie;
  const publicUrl = options.publicOrigin ?? "/";
  let document: OpenApi | undefined; // made when it is first asked for
  const described: Resources = {
    ...resourcesOf(options),
    ...docsResources(() => (document ??= openApi(described, { cookieName, publicUrl }))),
  };
  return described;
}

/** Of two that fit, the one that stands first is asked. */
function resourcesOf(options: AppOptions): Resources {
  const { ports, mailbox, isLocalCaller = () => false, ready = async () => undefined } = options;
  return {
    "/": homeResource,
    "/users": usersResource(ports, options),
    "/sessions": sessionsResource(ports, options),
    "/sessions/current": currentSessionResource(ports),
    "/sessions/{session_id}": sessionResource(ports),
    "/profile": profileResource(ports),
    "/profile/email": profileEmailResource(ports),
    "/profile/export": profileExportResource(ports),
    ...pages,
    "/profile/password": {
      ...pages["/profile/password"],
      ...profilePasswordResource(ports, options),
    },
    "/reset_password": { ...pages["/reset_password"], ...resetPasswordResource(ports) },
    "/email_verification": {
      ...pages["/email_verification"],
      ...emailVerificationResource(ports, options),
    },
    "/.well-known/change-password": changePasswordResource,
    ...(mailbox && { "/mail": mailboxResource(mailbox, isLocalCaller, notFound) }),
    "/health/live": liveResource,
    "/health/ready": readyResource(ready),
  };
}
