import { changeEmail, type Ports } from "@postern/domain";
import { z } from "zod";
import { type CallerOptions, sessionToken } from "../caller.ts";
import { callerOf } from "../device-cookie.ts";
import { operation, REAUTHENTICATION_ERRORS, type Resource } from "../operation.ts";
import { json } from "../respond.ts";
import { currentPassword, email, messageBody } from "../schemas.ts";

export const profileEmailResource = (ports: Ports, caller: CallerOptions): Resource => ({
  PUT: operation({
    id: "changeEmail",
    tag: "Profile",
    summary: "Requests a change of address",
    description:
      "Mails a link to the new address and a notice to the current one. The change is made when the link is used.",
    isLimited: true,
    fields: z.strictObject({ email, current_password: currentPassword }),
    session: "needed",
    responses: {
      email_change_requested: {
        status: 202,
        description:
          "A link goes to the new address and a notice to the old one. The address changes when the link is used.",
        body: messageBody("confirmation requested"),
      },
    },
    errors: {
      email_already_registered: {},
      email_invalid: { field: "email" },
      ...REAUTHENTICATION_ERRORS,
    },
    async handle(c, { email: address, current_password: currentPasswordGiven }) {
      const input = {
        email: address,
        currentPassword: currentPasswordGiven,
        caller: callerOf(c, ports, caller),
      };
      const result = await changeEmail(ports, sessionToken(c, ports), input);
      if (!result.ok) return result;
      return json(c, { email: address, message: "confirmation requested" }, 202);
    },
  }),
});
