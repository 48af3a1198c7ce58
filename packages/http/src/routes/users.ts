import { type Ports, registerUser } from "@postern/domain";
import { z } from "zod";
import { json } from "../answer.ts";
import { withFields } from "../body.ts";
import { type CallerOptions, originOf, setSession } from "../caller.ts";
import { toAsciiDomain } from "../email-domain.ts";
import { email, newPassword, said } from "../fields.ts";
import { problem } from "../problems.ts";
import type { Resource } from "../resource.ts";

const registration = z.strictObject({ email, password: newPassword });

export function usersResource(ports: Ports, caller: CallerOptions): Resource {
  return {
    POST: {
      id: "register",
      tag: "Users",
      summary: "Creates a user",
      fields: registration,
      answers: {
        user_created: {
          status: 200,
          description:
            "Open disclosure: there was none. Sets the cookie, if the policy logs in at once.",
          body: said("user created"),
          cookie: "set",
        },
        registration_accepted: {
          status: 202,
          description:
            "Closed disclosure: whether there was one or not. A mail says how it goes on.",
          body: said("registration accepted"),
        },
      },
      refusals: [
        "email_already_registered",
        "email_invalid",
        "password_breached",
        "password_malformed",
        "password_too_easy",
        "password_too_long",
        "password_too_short",
      ],
      handle: (c) =>
        withFields(c, registration, async ({ email: address, password }) => {
          const origin = originOf(c, caller);
          const input = { email: toAsciiDomain(address), password, origin };
          const result = await registerUser(ports, input);
          if (!result.ok) return problem(c, result.error);
          if (result.value.as === "accepted")
            return json(c, { email: address, message: "registration accepted" }, 202);
          if (result.value.started) setSession(c, ports, result.value.started);
          return json(c, { email: address, message: "user created" });
        }),
    },
  };
}
