import { changeEmail, type Ports } from "@postern/domain";
import { z } from "zod";
import { json } from "../answer.ts";
import { withFields } from "../body.ts";
import { sessionToken } from "../caller.ts";
import { toAsciiDomain } from "../email-domain.ts";
import { currentPassword, email, said } from "../fields.ts";
import { problem } from "../problems.ts";
import type { Resource } from "../resource.ts";

const change = z.strictObject({ email, current_password: currentPassword });

export function profileEmailResource(ports: Ports): Resource {
  return {
    PUT: {
      id: "changeEmail",
      tag: "Profile",
      summary: "Begins a change of address",
      fields: change,
      session: "needed",
      answers: {
        email_change_requested: {
          status: 202,
          description:
            "A link goes to the new address and a notice to the old one; nothing changes until the link is used.",
          body: said("confirmation requested"),
        },
      },
      refusals: [
        "email_already_registered",
        "email_invalid",
        "password_required",
        "password_wrong",
        "session_missing",
      ],
      handle: (c) =>
        withFields(c, change, async ({ email: address, current_password }) => {
          const input = { email: toAsciiDomain(address), currentPassword: current_password };
          const result = await changeEmail(ports, sessionToken(c, ports), input);
          if (!result.ok) return problem(c, result.error);
          return json(c, { email: address, message: "confirmation requested" }, 202);
        }),
    },
  };
}
