import { type Ports, requestReset, resetPassword } from "@postern/domain";
import { z } from "zod";
import { withFields } from "../body.ts";
import { toAsciiDomain } from "../email-domain.ts";
import { problem, PROBLEMS } from "../problems.ts";
import type { Resource } from "../resource.ts";

/** A missing address or token is one that does not fit, so both are refused alike. */
const request = z.strictObject({ email: z.string().catch("") });
const reset = z.strictObject({
  email: z.string().catch(""),
  reset_token: z.string().catch(""),
  new_password: z.string().optional(),
});

export function resetPasswordResource(ports: Ports): Resource {
  return {
    POST: (c) =>
      withFields(c, request, async ({ email }) => {
        const result = await requestReset(ports, { email: toAsciiDomain(email) });
        if (!result.ok) return problem(c, result.error);
        if (result.value) return c.json({ email, reset_token: result.value });
        return c.json({ email, message: "reset requested" }, 202);
      }),

    PUT: (c) =>
      withFields(c, reset, async ({ email, reset_token: token, new_password: newPassword }) => {
        const input = { email: toAsciiDomain(email), token, newPassword: newPassword ?? "" };
        const result = await resetPassword(ports, input);
        if (result.ok) {
          c.set("userId", result.value.id);
          return c.json({ email, message: "Password updated" });
        }
        const isMissing = newPassword === undefined && result.error === "password_too_short";
        if (isMissing) return problem(c, "field_invalid", { message: "new_password: missing" });
        // The field has another name here than where the message was written for.
        const message = PROBLEMS[result.error].message.replace(/^password:/, "new_password:");
        return problem(c, result.error, { message });
      }),
  };
}
