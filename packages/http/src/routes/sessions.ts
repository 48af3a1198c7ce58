import {
  endAllSessions,
  endOtherSessions,
  listSessions,
  logIn,
  logOut,
  type Policy,
  type Ports,
} from "@postern/domain";
import { z } from "zod";
import {
  type CallerOptions,
  clearSessionCookie,
  clientInfoOf,
  renewSessionCookie,
  sessionToken,
  setSessionCookie,
} from "../caller.ts";
import { callerOf, setDeviceCookie } from "../device-cookie.ts";
import { type Operation, operation, type Resource } from "../operation.ts";
import type { ProblemDetails } from "../problem.ts";
import { json, redirect } from "../respond.ts";
import { choice, email, isChosen, messageBody, password } from "../schemas.ts";
import { sessionBody, toSessionBody } from "./session.ts";

export const sessionsResource = (ports: Ports, caller: CallerOptions): Resource => ({
  GET: listOperation(ports),
  POST: logInOperation(ports, caller),
  DELETE: logOutOperation(ports, caller),
});

const listOperation = (ports: Ports): Operation =>
  operation({
    id: "listSessions",
    tag: "Sessions",
    summary: "Lists the user's own live sessions, the oldest first",
    description: "A session has ended if it is not in the list.",
    session: "needed",
    responses: {
      sessions: {
        status: 200,
        description: "At most 50.",
        body: z.strictObject({ sessions: z.array(sessionBody) }),
      },
    },
    errors: { session_missing: {} },
    async handle(c) {
      const result = await listSessions(ports, sessionToken(c, ports));
      if (!result.ok) return result;
      return json(c, { sessions: result.value.map(toSessionBody) });
    },
  });

const logInOperation = (ports: Ports, caller: CallerOptions): Operation =>
  operation({
    id: "logIn",
    tag: "Sessions",
    summary: "Logs in",
    description:
      "A wrong password and an unknown address get the same answer. Attempts are limited by network, account and device.",
    isLimited: true,
    // A field that is missing or not text counts as a wrong value.
    fields: z.strictObject({
      email: email.catch(""),
      password: password.catch(""),
      remember: choice.meta({
        description:
          "Asks for a longer session, whose cookie the browser keeps. A check box or a boolean.",
      }),
    }),
    responses: {
      logged_in: {
        status: 200,
        description: "Sets the session cookie.",
        body: messageBody("logged in"),
        cookie: "set",
      },
    },
    errors: { credentials_invalid: refusalOf(ports.policy) },
    async handle(c, { email: address, password: given, remember }) {
      const result = await logIn(ports, {
        email: address,
        password: given,
        remember: isChosen(remember),
        client: clientInfoOf(c, caller),
        caller: callerOf(c, ports, caller),
      });
      if (!result.ok) return result;
      c.set("userId", result.value.session.userId);
      setDeviceCookie(c, ports, result.value.knownDevices);
      setSessionCookie(c, ports, result.value);
      return json(c, { email: address, message: "logged in" });
    },
  });

/**
 * A 401 must say how to authenticate (RFC 9110 section 11.6.1). Where a log-in needs a verified
 * address, the message helps its owner, and tells strangers nothing: it is the same for each cause.
 */
const refusalOf = ({ cookie, verification }: Policy): ProblemDetails => ({
  headers: {
    "www-authenticate": `Cookie realm="postern", form-action="/sessions", cookie-name="${cookie.name}"`,
  },
  ...(verification.isRequired && {
    message: "e-mail or password wrong, or the address is not confirmed yet",
  }),
});

const logOutOperation = (ports: Ports, caller: CallerOptions): Operation =>
  operation({
    id: "logOut",
    tag: "Sessions",
    summary: "Logs out: ends this session, all sessions, or all other sessions",
    description:
      "Without a parameter this session, with `all` every session, with `except=current` every other session.",
    query: z
      .object({
        all: z.enum(["", "true"]).optional().meta({ description: "Ends every session." }),
        except: z.literal("current").optional().meta({
          description: "Ends every other session. The caller has a new cookie.",
        }),
      })
      .refine(({ all, except }) => all === undefined || except === undefined, {
        message: "use all or except=current, not both",
      }),
    session: "needed",
    responses: {
      logged_out: {
        status: 302,
        description: "Ended. Always leads to `/`.",
        location: "/",
        cookie: "ended",
      },
      other_sessions_ended: {
        status: 200,
        description: "Every other session and every token has ended. The caller has a new cookie.",
        body: messageBody("other sessions ended"),
        cookie: "set",
      },
      all_sessions_ended: {
        status: 200,
        description:
          "As above, but the fresh session could not be opened, so every session has ended. The caller logs in.",
        body: messageBody("all sessions ended, log in again"),
        cookie: "ended",
      },
    },
    errors: { change_made_sessions_pending: {}, session_missing: {} },
    async handle(c, { all, except }) {
      const token = sessionToken(c, ports);
      if (except) {
        const result = await endOtherSessions(ports, token, clientInfoOf(c, caller));
        if (!result.ok) return result;
        const { user, renewed } = result.value;
        c.set("userId", user.id);
        renewSessionCookie(c, ports, renewed);
        const message = renewed ? "other sessions ended" : "all sessions ended, log in again";
        return json(c, { email: user.email, message });
      }
      const end = all === undefined ? logOut : endAllSessions;
      const result = await end(ports, token);
      if (!result.ok) return result;
      clearSessionCookie(c, ports);
      return redirect(c, "/"); // fixed: the request cannot choose the target
    },
  });
