import { type Ports, registerUser } from "@postern/domain";
import { z } from "zod";
import { type CallerOptions, clientInfoOf, setSessionCookie } from "../caller.ts";
import { callerOf } from "../device-cookie.ts";
import { type Operation, operation, passwordErrors, type Resource } from "../operation.ts";
import { json } from "../respond.ts";
import { email, messageBody, newPassword } from "../schemas.ts";

export const usersResource = (ports: Ports, caller: CallerOptions): Resource => ({
  POST: registerOperation(ports, caller),
});

function registerOperation(ports: Ports, caller: CallerOptions): Operation {
  const { logsIn } = ports.policy.registration;
  return operation({
    id: "register",
    tag: "Users",
    summary: "Creates a user",
    description:
      "Open disclosure tells whether the address was taken. Closed disclosure answers the same for every address. The user receives mails in the preferred language of `Accept-Language`.",
    isLimited: true,
    fields: z.strictObject({ email, password: newPassword }),
    responses: {
      user_created: {
        status: 200,
        description: `Open disclosure: created${logsIn ? " and logged in" : ""}.`,
        body: messageBody("user created"),
        ...(logsIn && { cookie: "set" }),
      },
      registration_accepted: {
        status: 202,
        description:
          "Closed disclosure: the same for a free and a taken address. A mail explains how to continue.",
        body: messageBody("registration accepted"),
      },
    },
    errors: {
      change_made_sessions_pending: {},
      email_already_registered: {},
      email_invalid: { field: "email" },
      registration_closed: {},
      ...passwordErrors("password"),
    },
    async handle(c, { email: address, password }) {
      const client = clientInfoOf(c, caller);
      const result = await registerUser(ports, {
        email: address,
        password,
        client,
        caller: callerOf(c, ports, caller),
      });
      if (!result.ok) return result;
      if (result.value.kind === "accepted")
        return json(c, { email: address, message: "registration accepted" }, 202);
      if (result.value.started) setSessionCookie(c, ports, result.value.started);
      return json(c, { email: address, message: "user created" });
    },
  });
}
