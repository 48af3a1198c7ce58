import {
  type CheckedSession,
  checkSession,
  endSession,
  err,
  type ListedSession,
  type Ports,
} from "@postern/domain";
import type { Context } from "hono";
import { z } from "zod";
import type { AppEnv } from "../app-env.ts";
import { clearSessionCookie, sessionToken } from "../caller.ts";
import { operation, type Resource } from "../operation.ts";
import { json, setHeader } from "../respond.ts";
import { email, id, time } from "../schemas.ts";

/** A session as its user sees it. */
export const sessionBody = z.strictObject({
  session_id: id.meta({
    description: "Public. It identifies the session and authenticates nobody.",
  }),
  current: z.boolean().meta({ description: "Whether it is the caller's own session." }),
  remembered: z.boolean(),
  created_at: time,
  last_seen_at: time,
  idle_expires_at: time,
  absolute_expires_at: time,
  device: z
    .string()
    .nullable()
    .meta({ examples: ["Firefox on Linux"] }),
  network: z
    .string()
    .nullable()
    .meta({ description: "In CIDR notation.", examples: ["192.0.2.0/24"] }),
});

export const toSessionBody = (session: ListedSession): z.infer<typeof sessionBody> => ({
  session_id: session.id,
  current: session.isCurrent,
  remembered: session.remembered,
  created_at: session.createdAt.toISOString(),
  last_seen_at: session.lastSeenAt.toISOString(),
  idle_expires_at: session.idleExpiresAt.toISOString(),
  absolute_expires_at: session.absoluteExpiresAt.toISOString(),
  device: session.device ?? null,
  network: session.network ?? null,
});

/** One session, by its public id. */
export const sessionResource = (ports: Ports): Resource => ({
  DELETE: operation({
    id: "endSession",
    tag: "Sessions",
    summary: "Ends one of the user's own sessions",
    description: "The id is in the list of sessions. The session itself may be the caller's own.",
    params: z.object({
      session_id: z.string().meta({ description: "From the list of sessions." }),
    }),
    session: "needed",
    responses: {
      session_ended: {
        status: 200,
        description: "Ended. If it was the caller's own, the browser deletes the cookie.",
        body: z.strictObject({ message: z.literal("session ended") }),
        cookie: "ended",
      },
    },
    errors: { change_made_sessions_pending: {}, session_missing: {}, session_not_found: {} },
    async handle(c, { session_id: sessionId }) {
      const result = await endSession(ports, sessionToken(c, ports), sessionId);
      if (!result.ok) return result;
      if (result.value.wasCurrent) clearSessionCookie(c, ports);
      return json(c, { message: "session ended" });
    },
  }),
});

const currentBody = z.strictObject({
  user_id: id,
  email,
  email_verified: z.boolean(),
  session_id: id,
  idle_expires_at: time,
  absolute_expires_at: time,
});

const IDENTITY = {
  "X-Auth-User-Id": "The user's id.",
  "X-Auth-Email": "The user's address if it is verified, else empty.",
  "X-Auth-Session-Id": "The session's public id.",
};

/**
 * Tells a proxy who the user is (forward authentication). The proxy copies these headers to the
 * application. They are in every answer, empty without a session, so that they always replace what
 * a client sent. The address is there only if the user has proved to own it.
 */
function setIdentity(c: Context<AppEnv>, checked: CheckedSession | undefined): void {
  const { user, session } = checked ?? {};
  // Named in IDENTITY too.
  setHeader(c, "x-auth-user-id", user?.id ?? "");
  setHeader(c, "x-auth-email", (user?.emailVerifiedAt && user.email) ?? "");
  setHeader(c, "x-auth-session-id", session?.id ?? "");
}

/** The caller's session. Other apps and proxies ask for it before they serve a request. */
export const currentSessionResource = (ports: Ports): Resource => ({
  GET: operation({
    id: "currentSession",
    tag: "Sessions",
    summary: "Returns the user of the session",
    description:
      "For applications and proxies, before they serve a request. The identity is also in headers, which are empty without a session.",
    session: "needed",
    responses: {
      session: {
        status: 200,
        description: "A live session.",
        body: currentBody,
        headers: IDENTITY,
      },
    },
    errors: { session_missing: {} },
    async handle(c) {
      setIdentity(c, undefined); // also if the check fails
      const checked = await checkSession(ports, sessionToken(c, ports));
      if (!checked) return err("session_missing");
      const { session, user } = checked;
      setIdentity(c, checked);
      c.set("userId", user.id);
      return json(c, {
        user_id: user.id,
        email: user.email,
        email_verified: user.emailVerifiedAt !== undefined,
        session_id: session.id,
        idle_expires_at: session.idleExpiresAt.toISOString(),
        absolute_expires_at: session.absoluteExpiresAt.toISOString(),
      } satisfies z.infer<typeof currentBody>);
    },
  }),
});
