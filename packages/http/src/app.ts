import type { Ports } from "@postern/domain";
import { type Context, Hono } from "hono";
import type { AppEnv } from "./app-env.ts";
import type { CallerOptions } from "./caller.ts";
import type { Resources } from "./operation.ts";
import { mount } from "./mount.ts";
import { type OpenApi, openApi } from "./openapi.ts";
import { requestPathOf, pathRouter } from "./path-router.ts";
import { problem } from "./problem.ts";
import { publicPlace, withoutBasePath } from "./public-place.ts";
import { type GuardOptions, requestGuard } from "./request-guard.ts";
import { changePasswordResource } from "./routes/change-password.ts";
import { emailVerificationResource } from "./routes/email-verification.ts";
import { type AskReadiness, liveResource, readyResource } from "./routes/health.ts";
import { homeResource } from "./routes/home.ts";
import { openApiResource } from "./routes/openapi.ts";
import { profileEmailResource } from "./routes/profile-email.ts";
import { profileExportResource } from "./routes/profile-export.ts";
import { profileLanguageResource } from "./routes/profile-language.ts";
import { profilePasswordResource } from "./routes/profile-password.ts";
import { profileResource } from "./routes/profile.ts";
import { resetPasswordResource } from "./routes/reset-password.ts";
import { currentSessionResource, sessionResource } from "./routes/session.ts";
import { sessionsResource } from "./routes/sessions.ts";
import { usersResource } from "./routes/users.ts";

export interface AppOptions extends Omit<GuardOptions, "policy">, CallerOptions {
  readonly ports: Ports;
  /** Asks what works now. Default: everything. */
  readonly ready?: AskReadiness;
}

const everything: AskReadiness = async () => ({
  canCheckSessions: true,
  canWrite: true,
  failing: [],
});

const notFound = (c: Context<AppEnv>) => problem(c, "not_found");

/**
 * Creates the whole HTTP surface on the given ports. `app.fetch` is a standard fetch handler.
 *
 * @example
 * const app = createApp({ ports: memoryPorts() });
 * const response = await app.request("/users", {
 *   method: "POST",
 *   body: new URLSearchParams({ email: "bob@example.com", password: "MyPwdOfBob" }),
 * });
 */
export function createApp(options: AppOptions): Hono<AppEnv> {
  const { basePath } = publicPlace(options.publicUrl);
  const app = new Hono<AppEnv>({
    router: pathRouter(),
    getPath: (request) => withoutBasePath(requestPathOf(request), basePath),
  });
  const guard = requestGuard({ ...options, policy: options.ports.policy });
  for (const [path, resource] of Object.entries(routeTable(options)))
    mount(app, path, resource, guard);
  app.notFound(guard("/*", notFound));
  // Reached only if the guard itself fails, for example in a callback of the caller.
  app.onError((_, c) => problem(c, "internal_error"));
  return app;
}

/** Returns every path with its operations, including the description of all of them. */
export function routeTable(options: AppOptions): Resources {
  const { policy } = options.ports;
  const publicUrl = options.publicUrl?.replace(/\/+$/, "") ?? "/";
  let document: OpenApi | undefined; // made at the first request for it
  const described: Resources = {
    ...resourcesOf(options),
    "/openapi.json": openApiResource(
      () => (document ??= openApi(described, { policy, publicUrl })),
    ),
  };
  return described;
}

/** If two paths match, the first one is used. */
function resourcesOf(options: AppOptions): Resources {
  const { ports, ready = everything } = options;
  return {
    "/": homeResource,
    "/users": usersResource(ports, options),
    "/sessions": sessionsResource(ports, options),
    "/sessions/current": currentSessionResource(ports),
    "/sessions/{session_id}": sessionResource(ports),
    "/profile": profileResource(ports, options),
    "/profile/email": profileEmailResource(ports, options),
    "/profile/export": profileExportResource(ports),
    "/profile/language": profileLanguageResource(ports),
    "/profile/password": profilePasswordResource(ports, options),
    "/reset_password": resetPasswordResource(ports, options),
    "/email_verification": emailVerificationResource(ports, options),
    "/.well-known/change-password": changePasswordResource,
    "/health/live": liveResource,
    "/health/ready": readyResource(ready),
  };
}
