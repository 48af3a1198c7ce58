import { type Ports, requestVerification, verifyEmail } from "@postern/domain";
import { z } from "zod";
import { type CallerOptions, clientInfoOf, sessionToken, setSessionCookie } from "../caller.ts";
import { callerOf, setDeviceCookie } from "../device-cookie.ts";
import { operation, type Resource } from "../operation.ts";
import { json } from "../respond.ts";
import { email, messageBody, password, resetToken } from "../schemas.ts";

const RESPONSES = {
  email_verified: {
    status: 200,
    description: "The address is verified.",
    body: messageBody("email verified"),
  },
  password_cleared: {
    status: 200,
    description:
      "The address is verified. The caller did not prove the password, so it was cleared: set a new one with this token.",
    body: z.strictObject({
      ...messageBody("email verified, choose a new password").shape,
      reset_token: resetToken,
    }),
  },
  email_changed: {
    status: 200,
    description: "Every session and token has ended. A caller who was logged in has a new cookie.",
    body: messageBody("email changed"),
    cookie: "set",
  },
} as const;

export const emailVerificationResource = (ports: Ports, caller: CallerOptions): Resource => ({
  POST: operation({
    id: "requestVerification",
    tag: "Verification",
    summary: "Mails the link that verifies an address once more",
    description:
      "For a user who has not verified the address yet. Mails to one address are spaced.",
    isLimited: true,
    fields: z.strictObject({ email: email.catch("") }),
    responses: {
      verification_requested: {
        status: 202,
        description: "Closed disclosure: the same for every address.",
        body: messageBody("verification requested"),
      },
    },
    errors: { email_unknown: {} },
    async handle(c, { email: address }) {
      const result = await requestVerification(ports, {
        email: address,
        caller: callerOf(c, ports, caller),
      });
      if (!result.ok) return result;
      return json(c, { email: address, message: "verification requested" }, 202);
    },
  }),

  PUT: operation({
    id: "verifyEmail",
    tag: "Verification",
    summary: "Uses the link of a mail: verifies an address, or changes it",
    description:
      "Without a session or the password, the password is cleared: somebody else may have registered the address. Then the answer has a reset token for a new one. A link works once.",
    isLimited: true,
    fields: z.strictObject({
      token: z.string().catch("").meta({ description: "From the mail." }),
      password: password.optional().meta({
        description:
          "The user's password. With it, or with the user's session, the password is kept.",
      }),
    }),
    session: "optional",
    responses: RESPONSES,
    errors: {
      change_made_sessions_pending: {},
      email_already_registered: {},
      password_wrong: { field: "password" },
      verification_token_invalid: {},
    },
    async handle(c, { token, password: givenPassword }) {
      const result = await verifyEmail(ports, {
        token,
        password: givenPassword,
        sessionToken: sessionToken(c, ports),
        client: clientInfoOf(c, caller),
        caller: callerOf(c, ports, caller),
      });
      if (!result.ok) return result;
      const { user, outcome } = result.value;
      c.set("userId", user.id);
      if (outcome.kind === "verified")
        return json(c, { email: user.email, message: "email verified" });
      if (outcome.kind === "changed") {
        if (outcome.renewed) setSessionCookie(c, ports, outcome.renewed);
        setDeviceCookie(c, ports, outcome.knownDevices);
        return json(c, { email: user.email, message: "email changed" });
      }
      const message = "email verified, choose a new password";
      return json(c, { email: user.email, message, reset_token: outcome.resetToken });
    },
  }),
});
