import { type Ports, requestVerification, verifyEmail } from "@postern/domain";
import { z } from "zod";
import { json } from "../answer.ts";
import { withFields } from "../body.ts";
import { type CallerOptions, originOf, sessionToken, setSession } from "../caller.ts";
import { toAsciiDomain } from "../email-domain.ts";
import { email, password, resetToken, said } from "../fields.ts";
import { problem } from "../problems.ts";
import type { Endpoint, Resource } from "../resource.ts";

const request = z.strictObject({ email: email.catch("") });
const verification = z.strictObject({
  token: z.string().catch("").meta({ description: "From the mail." }),
  password: password.optional().meta({
    description: "The user's password. It, or a live session of the user, keeps the password.",
  }),
});

export function emailVerificationResource(ports: Ports, caller: CallerOptions): Resource {
  return {
    POST: {
      id: "requestVerification",
      tag: "Verification",
      summary: "Mails the link that verifies an address, once more",
      fields: request,
      answers: {
        verification_requested: {
          status: 202,
          description: "Closed disclosure: whether anybody needs it or not.",
          body: said("verification requested"),
        },
      },
      refusals: ["email_unknown"],
      handle: (c) =>
        withFields(c, request, async ({ email: address }) => {
          const result = await requestVerification(ports, { email: toAsciiDomain(address) });
          if (!result.ok) return problem(c, result.error);
          return json(c, { email: address, message: "verification requested" }, 202);
        }),
    },
    PUT: confirming(ports, caller),
  };
}

const confirming = (ports: Ports, caller: CallerOptions): Endpoint => ({
  id: "verifyEmail",
  tag: "Verification",
  summary: "Uses the link of a mail: verifies an address, or changes it",
  fields: verification,
  session: "optional",
  answers: {
    email_verified: { status: 200, description: "It is.", body: said("email verified") },
    password_voided: {
      status: 200,
      description:
        "Verified. Nobody showed that the password is theirs, so it is void: choose another one by this token.",
      body: z.strictObject({
        ...said("email verified, choose a new password").shape,
        reset_token: resetToken,
      }),
    },
    email_changed: {
      status: 200,
      description: "Every session and token has ended; whoever was logged in has a new cookie.",
      body: said("email changed"),
      cookie: "set",
    },
  },
  refusals: ["email_already_registered", "password_wrong", "verification_token_invalid"],
  handle: (c) =>
    withFields(c, verification, async ({ token, password: given }) => {
      const origin = originOf(c, caller);
      const input = { token, password: given, sessionToken: sessionToken(c, ports), origin };
      const result = await verifyEmail(ports, input);
      if (!result.ok) return problem(c, result.error);
      const { user, did } = result.value;
      c.set("userId", user.id);
      if (did.as === "verified") return json(c, { email: user.email, message: "email verified" });
      if (did.as === "changed") {
        if (did.renewed) setSession(c, ports, did.renewed);
        return json(c, { email: user.email, message: "email changed" });
      }
      const message = "email verified, choose a new password";
      return json(c, { email: user.email, message, reset_token: did.resetToken });
    }),
});
