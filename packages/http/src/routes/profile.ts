import { checkSession, deleteOwnUser, err, type Ports } from "@postern/domain";
import { z } from "zod";
import { type CallerOptions, clearSessionCookie, sessionToken } from "../caller.ts";
import { callerOf } from "../device-cookie.ts";
import { operation, REAUTHENTICATION_ERRORS, type Resource } from "../operation.ts";
import { json } from "../respond.ts";
import { currentPassword, email, messageBody } from "../schemas.ts";

export const profileResource = (ports: Ports, caller: CallerOptions): Resource => ({
  GET: operation({
    id: "profile",
    tag: "Profile",
    summary: "Returns who is logged in",
    description: "The route of the course. `GET /sessions/current` returns more.",
    session: "needed",
    responses: {
      profile: {
        status: 200,
        description: "The user's address.",
        body: z.strictObject({ email }),
      },
    },
    errors: { session_missing: {} },
    async handle(c) {
      const checked = await checkSession(ports, sessionToken(c, ports));
      if (!checked) return err("session_missing");
      c.set("userId", checked.user.id);
      return json(c, { email: checked.user.email });
    },
  }),

  DELETE: operation({
    id: "deleteUser",
    tag: "Profile",
    summary: "Deletes the user and everything stored about the user",
    description: "Ends every session. It cannot be undone.",
    isLimited: true,
    fields: z.strictObject({ current_password: currentPassword }),
    session: "needed",
    responses: {
      user_deleted: {
        status: 200,
        description: "Deleted, with every session.",
        body: messageBody("user deleted"),
        cookie: "ended",
      },
    },
    errors: { change_made_sessions_pending: {}, ...REAUTHENTICATION_ERRORS },
    async handle(c, { current_password }) {
      const result = await deleteOwnUser(
        ports,
        sessionToken(c, ports),
        current_password,
        callerOf(c, ports, caller),
      );
      if (!result.ok) return result;
      c.set("userId", result.value.id);
      clearSessionCookie(c, ports);
      return json(c, { email: result.value.email, message: "user deleted" });
    },
  }),
});
