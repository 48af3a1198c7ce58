import { type Ports, requestReset, resetPassword } from "@postern/domain";
import { z } from "zod";
import { json } from "../answer.ts";
import { withFields } from "../body.ts";
import { toAsciiDomain } from "../email-domain.ts";
import { email, newPassword, resetToken, said } from "../fields.ts";
import { problem } from "../problems.ts";
import type { Endpoint, Resource } from "../resource.ts";
import { ofNewPassword } from "./profile-password.ts";

/** Whatever is missing is something that does not fit, and is refused like that. */
const request = z.strictObject({ email: email.catch("") });
const reset = z.strictObject({
  email: email.catch(""),
  reset_token: resetToken.catch(""),
  new_password: newPassword.catch(""),
});
/** The header has a syntax that many ignore, so anything printable is taken as it is. */
const headers = z.object({
  "idempotency-key": z
    .string()
    .regex(/^[\x20-\x7e]{1,255}$/)
    .optional()
    .meta({
      description:
        "Names this attempt: a retry with the same key and token is answered like the first.",
    }),
});

export function resetPasswordResource(ports: Ports): Resource {
  return {
    POST: {
      id: "requestReset",
      tag: "Recovery",
      summary: "Asks for a reset token",
      fields: request,
      answers: {
        reset_token_given: {
          status: 200,
          description: "Open disclosure: the token itself.",
          body: z.strictObject({ email, reset_token: resetToken }),
        },
        reset_requested: {
          status: 202,
          description:
            "Closed disclosure: whether there is such a user or not. The token goes by mail.",
          body: said("reset requested"),
        },
      },
      refusals: ["email_unknown"],
      handle: (c) =>
        withFields(c, request, async ({ email: address }) => {
          const result = await requestReset(ports, { email: toAsciiDomain(address) });
          if (!result.ok) return problem(c, result.error);
          if (result.value) return json(c, { email: address, reset_token: result.value });
          return json(c, { email: address, message: "reset requested" }, 202);
        }),
    },
    PUT: resetting(ports),
  };
}

const resetting = (ports: Ports): Endpoint => ({
  id: "resetPassword",
  tag: "Recovery",
  summary: "Replaces a forgotten password by means of a token",
  fields: reset,
  headers,
  answers: {
    password_updated: {
      status: 200,
      description: "Every session and token has ended.",
      body: said("Password updated"),
    },
  },
  refusals: [
    "idempotency_key_invalid",
    "password_breached",
    "password_malformed",
    "password_too_easy",
    "password_too_long",
    "password_too_short",
    "reset_token_invalid",
  ],
  handle: (c) =>
    withFields(c, reset, async ({ email: address, reset_token: token, new_password }) => {
      const { data } = headers.safeParse(c.req.header());
      if (!data) return problem(c, "idempotency_key_invalid");
      const input = { email: toAsciiDomain(address), token, newPassword: new_password };
      const idempotencyKey = data["idempotency-key"];
      const result = await resetPassword(ports, { ...input, idempotencyKey });
      if (result.ok) {
        c.set("userId", result.value.id);
        return json(c, { email: address, message: "Password updated" });
      }
      return problem(c, result.error, { message: ofNewPassword(result.error) });
    }),
});
