import { checkSession, endSession, type ListedSession, type Ports } from "@postern/domain";
import { z } from "zod";
import { json } from "../answer.ts";
import { sessionToken, setSession } from "../caller.ts";
import { email, id, time } from "../fields.ts";
import { problem } from "../problems.ts";
import type { Resource } from "../resource.ts";

/** A session as its user sees it. */
export const sessionAnswer = z.strictObject({
  session_id: id.meta({ description: "Public: it names the session, and opens nothing." }),
  current: z.boolean().meta({ description: "Is it the one that asks?" }),
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

export const toSessionAnswer = (session: ListedSession): z.infer<typeof sessionAnswer> => ({
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
export function sessionResource(ports: Ports): Resource {
  return {
    DELETE: {
      id: "endSession",
      tag: "Sessions",
      summary: "Ends one of the user's own sessions",
      session: "needed",
      answers: {
        session_ended: {
          status: 200,
          description: "Ended. When it was this one, the browser forgets the cookie.",
          body: z.strictObject({ message: z.literal("session ended") }),
          cookie: "ended",
        },
      },
      refusals: ["session_missing", "session_not_found"],
      async handle(c) {
        const sessionId = c.req.param("session_id") ?? "";
        const result = await endSession(ports, sessionToken(c, ports), sessionId);
        if (!result.ok) return problem(c, result.error);
        if (result.value.wasCurrent) setSession(c, ports, undefined);
        return json(c, { message: "session ended" });
      },
    },
  };
}

const current = z.strictObject({
  user_id: id,
  email,
  email_verified: z.boolean(),
  session_id: id,
  idle_expires_at: time,
  absolute_expires_at: time,
});

/** Who is this? For other apps, and for a proxy that asks before it forwards a request. */
export function currentSessionResource(ports: Ports): Resource {
  return {
    GET: {
      id: "currentSession",
      tag: "Sessions",
      summary: "Whose session is this?",
      session: "needed",
      answers: { session: { status: 200, description: "A live one.", body: current } },
      refusals: ["session_missing"],
      async handle(c) {
        const checked = await checkSession(ports, sessionToken(c, ports));
        if (!checked) return problem(c, "session_missing");
        const { session, user } = checked;
        c.set("userId", user.id);
        return json(c, {
          user_id: user.id,
          email: user.email,
          email_verified: user.emailVerifiedAt !== undefined,
          session_id: session.id,
          idle_expires_at: session.idleExpiresAt.toISOString(),
          absolute_expires_at: session.absoluteExpiresAt.toISOString(),
        } satisfies z.infer<typeof current>);
      },
    },
  };
}
