import {
  endAllSessions,
  endOtherSessions,
  listSessions,
  logIn,
  logOut,
  type Ports,
} from "@postern/domain";
import type { Context } from "hono";
import { z } from "zod";
import { json, redirect } from "../answer.ts";
import type { AppEnv } from "../app-env.ts";
import { withFields } from "../body.ts";
import { type CallerOptions, originOf, sessionToken, setSession } from "../caller.ts";
import { toAsciiDomain } from "../email-domain.ts";
import { choice, email, isChosen, password, said } from "../fields.ts";
import { problem } from "../problems.ts";
import type { Endpoint, Resource } from "../resource.ts";
import { sessionAnswer, toSessionAnswer } from "./session.ts";

/** Whatever is missing or is no text is simply not what opens a session. */
const credentials = z.strictObject({
  email: email.catch(""),
  password: password.catch(""),
  remember: choice.meta({
    description: "A longer session, whose cookie outlives the browser. A check box or a boolean.",
  }),
});

const ending = z.object({
  all: z.enum(["", "true"]).optional().meta({ description: "Every session, this one included." }),
  except: z.literal("current").optional().meta({
    description: "Every other session; this one is renewed, with a new cookie.",
  }),
});

export function sessionsResource(ports: Ports, caller: CallerOptions): Resource {
  return {
    GET: listing(ports),

    POST: {
      id: "logIn",
      tag: "Sessions",
      summary: "Logs in",
      fields: credentials,
      answers: {
        logged_in: {
          status: 200,
          description: "Sets the session cookie.",
          body: said("logged in"),
          cookie: "set",
        },
      },
      refusals: ["credentials_invalid"],
      handle: (c) =>
        withFields(c, credentials, async ({ email: address, password: given, remember }) => {
          const origin = originOf(c, caller);
          const input = { email: toAsciiDomain(address), password: given, origin };
          const result = await logIn(ports, { ...input, remember: isChosen(remember) });
          if (!result.ok)
            return problem(c, result.error, { headers: challenge(ports.policy.cookie.name) });
          c.set("userId", result.value.session.userId);
          setSession(c, ports, result.value);
          return json(c, { email: address, message: "logged in" });
        }),
    },

    DELETE: {
      id: "logOut",
      tag: "Sessions",
      summary: "Logs out: ends this session, or all, or all others",
      query: ending,
      session: "needed",
      answers: {
        logged_out: {
          status: 302,
          description: "Ended; leads to `/`, always.",
          location: "/",
          cookie: "ended",
        },
        other_sessions_ended: {
          status: 200,
          description:
            "Every other session and every token has ended; this session has a new cookie.",
          body: said("other sessions ended"),
          cookie: "set",
        },
      },
      refusals: ["query_invalid", "session_missing"],
      handle(c) {
        const { data } = ending.safeParse(c.req.query());
        if (!data || (data.all !== undefined && data.except)) return problem(c, "query_invalid");
        return data.except ? endOthers(c, ports, caller) : leave(c, ports, data.all !== undefined);
      },
    },
  };
}

async function leave(c: Context<AppEnv>, ports: Ports, endsAll: boolean): Promise<Response> {
  const end = endsAll ? endAllSessions : logOut;
  const result = await end(ports, sessionToken(c, ports));
  if (!result.ok) return problem(c, result.error);
  setSession(c, ports, undefined);
  return redirect(c, "/"); // fixed, whatever the request says
}

async function endOthers(c: Context<AppEnv>, ports: Ports, caller: CallerOptions) {
  const result = await endOtherSessions(ports, sessionToken(c, ports), originOf(c, caller));
  if (!result.ok) return problem(c, result.error);
  const { user, renewed } = result.value;
  c.set("userId", user.id);
  setSession(c, ports, renewed);
  return json(c, { email: user.email, message: "other sessions ended" });
}

const listing = (ports: Ports): Endpoint => ({
  id: "listSessions",
  tag: "Sessions",
  summary: "Lists the user's own live sessions, the oldest first",
  session: "needed",
  answers: {
    sessions: {
      status: 200,
      description: "At most 50.",
      body: z.strictObject({ sessions: z.array(sessionAnswer) }),
    },
  },
  refusals: ["session_missing"],
  async handle(c) {
    const result = await listSessions(ports, sessionToken(c, ports));
    if (!result.ok) return problem(c, result.error);
    return json(c, { sessions: result.value.map(toSessionAnswer) });
  },
});

/** A 401 must say how to do better (RFC 9110 section 11.6.1). */
const challenge = (cookieName: string) => ({
  "www-authenticate": `Cookie realm="postern", form-action="/sessions", cookie-name="${cookieName}"`,
});
