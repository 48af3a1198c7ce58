import { checkSession, logIn, logOut, type Ports } from "@postern/domain";
import type { Context } from "hono";
import { z } from "zod";
import type { AppEnv } from "../app-env.ts";
import { withFields } from "../body.ts";
import { deviceOf } from "../device.ts";
import { toAsciiDomain } from "../email-domain.ts";
import { problem } from "../problems.ts";
import type { Resource } from "../resource.ts";
import { endedSessionCookie, readSessionCookie, sessionCookie } from "../session-cookie.ts";

/** Whatever is missing or is no text is simply not what opens a session. */
const credentials = z.strictObject({ email: z.string().catch(""), password: z.string().catch("") });

export function sessionsResource(ports: Ports): Resource {
  const { cookie } = ports.policy;
  return {
    POST: (c) =>
      withFields(c, credentials, async ({ email, password }) => {
        const device = deviceOf(c.req.header("user-agent"));
        const result = await logIn(ports, { email: toAsciiDomain(email), password, device });
        if (!result.ok) return problem(c, result.error, { headers: challenge(cookie.name) });
        c.set("userId", result.value.session.userId);
        c.header("set-cookie", sessionCookie(result.value.token, cookie));
        return c.json({ email, message: "logged in" });
      }),

    async DELETE(c) {
      const result = await logOut(ports, sessionToken(c, ports));
      if (!result.ok) return problem(c, result.error);
      c.header("set-cookie", endedSessionCookie(cookie));
      return c.redirect("/", 302);
    },
  };
}

/** Who is this? For other apps, and for a proxy that asks before it forwards a request. */
export function currentSessionResource(ports: Ports): Resource {
  return {
    async GET(c) {
      const checked = await checkSession(ports, sessionToken(c, ports));
      if (!checked) return problem(c, "session_missing");
      const { session, user } = checked;
      c.set("userId", user.id);
      return c.json({
        user_id: user.id,
        email: user.email,
        email_verified: user.emailVerifiedAt !== undefined,
        session_id: session.id,
        idle_expires_at: session.idleExpiresAt.toISOString(),
        absolute_expires_at: session.absoluteExpiresAt.toISOString(),
      });
    },
  };
}

/** The token in the request's session cookie. */
export const sessionToken = (c: Context<AppEnv>, { policy }: Ports): string | undefined =>
  readSessionCookie(c.req.header("cookie"), policy.cookie);

/** A 401 must say how to do better (RFC 9110 section 11.6.1). */
const challenge = (cookieName: string) => ({
  "www-authenticate": `Cookie realm="postern", form-action="/sessions", cookie-name="${cookieName}"`,
});
