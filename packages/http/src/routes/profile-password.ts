import { changePassword, type Ports } from "@postern/domain";
import { z } from "zod";
import { type CallerOptions, clientInfoOf, renewSessionCookie, sessionToken } from "../caller.ts";
import { callerOf, setDeviceCookie } from "../device-cookie.ts";
import { operation, passwordErrors, REAUTHENTICATION_ERRORS, type Resource } from "../operation.ts";
import { json } from "../respond.ts";
import { currentPassword, messageBody, newPassword } from "../schemas.ts";

export const profilePasswordResource = (ports: Ports, caller: CallerOptions): Resource => ({
  PUT: operation({
    id: "changePassword",
    tag: "Profile",
    summary: "Changes the password of the user who is logged in",
    description:
      "Ends every other session. The caller has a new cookie. `current_password` is optional for some time after a log-in, if the policy says so.",
    isLimited: true,
    fields: z.strictObject({ current_password: currentPassword, new_password: newPassword }),
    session: "needed",
    responses: {
      password_updated: {
        status: 200,
        description: "Every other session and every token has ended. The caller has a new cookie.",
        body: messageBody("Password updated"),
        cookie: "set",
      },
      password_updated_without_session: {
        status: 200,
        description: "As above, but the fresh session could not be opened. The caller logs in.",
        body: messageBody("Password updated, log in again"),
        cookie: "ended",
      },
    },
    errors: {
      change_made_sessions_pending: {},
      ...passwordErrors("new_password"),
      ...REAUTHENTICATION_ERRORS,
    },
    async handle(c, fields) {
      const result = await changePassword(ports, sessionToken(c, ports), {
        currentPassword: fields.current_password,
        newPassword: fields.new_password,
        client: clientInfoOf(c, caller),
        caller: callerOf(c, ports, caller),
      });
      if (!result.ok) return result;
      const { user, renewed, knownDevices } = result.value;
      c.set("userId", user.id);
      renewSessionCookie(c, ports, renewed);
      setDeviceCookie(c, ports, knownDevices);
      const message = renewed ? "Password updated" : "Password updated, log in again";
      return json(c, { email: user.email, message });
    },
  }),
});
