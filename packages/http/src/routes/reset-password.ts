import { type Ports, requestReset, resetPassword } from "@postern/domain";
import { z } from "zod";
import type { CallerOptions } from "../caller.ts";
import { callerOf, setDeviceCookie } from "../device-cookie.ts";
import { operation, passwordErrors, type Resource } from "../operation.ts";
import { json } from "../respond.ts";
import { email, messageBody, newPassword, resetToken } from "../schemas.ts";

/** The header has a syntax that many clients ignore, so any printable ASCII is accepted. */
const idempotencyKey = z
  .string()
  .regex(/^[\x20-\x7e]{1,255}$/, "must be 1 to 255 printable ASCII characters")
  .optional()
  .meta({
    description:
      "Identifies this attempt: a retry with the same key and token receives the first answer again.",
  });

/** A missing field counts as a wrong value, and is refused in the same way. */
const missing = "";

export const resetPasswordResource = (ports: Ports, caller: CallerOptions): Resource => ({
  POST: operation({
    id: "requestReset",
    tag: "Recovery",
    summary: "Requests a reset token",
    description:
      "Open disclosure returns the token. Closed disclosure mails it, and answers the same for every address.",
    isLimited: true,
    fields: z.strictObject({ email: email.catch(missing) }),
    responses: {
      reset_token_given: {
        status: 200,
        description: "Open disclosure: the token. It replaces an earlier one.",
        body: z.strictObject({ email, reset_token: resetToken }),
      },
      reset_requested: {
        status: 202,
        description: "Closed disclosure: the same for every address. The token is sent by mail.",
        body: messageBody("reset requested"),
      },
    },
    errors: { email_unknown: {} },
    async handle(c, { email: address }) {
      const result = await requestReset(ports, {
        email: address,
        caller: callerOf(c, ports, caller),
      });
      if (!result.ok) return result;
      if (result.value) return json(c, { email: address, reset_token: result.value });
      return json(c, { email: address, message: "reset requested" }, 202);
    },
  }),

  PUT: operation({
    id: "resetPassword",
    tag: "Recovery",
    summary: "Sets a new password with a reset token",
    description:
      "Ends every session and every other token. With the same `Idempotency-Key` a repeated request gets the same answer.",
    isLimited: true,
    fields: z.strictObject({
      email: email.catch(missing),
      reset_token: resetToken.catch(missing),
      new_password: newPassword.catch(missing),
    }),
    headers: z.object({ "idempotency-key": idempotencyKey }),
    responses: {
      password_updated: {
        status: 200,
        description: "Every session and token has ended.",
        cookie: "device",
        body: messageBody("Password updated"),
      },
    },
    errors: {
      change_made_sessions_pending: {},
      reset_token_invalid: {},
      ...passwordErrors("new_password"),
    },
    async handle(
      c,
      { email: address, reset_token: token, new_password: newPasswordGiven, ...rest },
    ) {
      const result = await resetPassword(ports, {
        email: address,
        token,
        newPassword: newPasswordGiven,
        idempotencyKey: rest["idempotency-key"],
        caller: callerOf(c, ports, caller),
      });
      if (!result.ok) return result;
      c.set("userId", result.value.user.id);
      setDeviceCookie(c, ports, result.value.knownDevices);
      return json(c, { email: address, message: "Password updated" });
    },
  }),
});
