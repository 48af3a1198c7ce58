import { changePassword, type Ports } from "@postern/domain";
import { z } from "zod";
import { json } from "../answer.ts";
import { withFields } from "../body.ts";
import { type CallerOptions, originOf, sessionToken, setSession } from "../caller.ts";
import { currentPassword, newPassword, said } from "../fields.ts";
import { problem, PROBLEMS } from "../problems.ts";
import type { Resource } from "../resource.ts";

const change = z.strictObject({ current_password: currentPassword, new_password: newPassword });

export function profilePasswordResource(ports: Ports, caller: CallerOptions): Resource {
  return {
    PUT: {
      id: "changePassword",
      tag: "Profile",
      summary: "Changes the password of whoever is logged in",
      fields: change,
      session: "needed",
      answers: {
        password_updated: {
          status: 200,
          description:
            "Every other session and every token has ended; this session has a new cookie.",
          body: said("Password updated"),
          cookie: "set",
        },
      },
      refusals: [
        "password_breached",
        "password_malformed",
        "password_required",
        "password_too_easy",
        "password_too_long",
        "password_too_short",
        "password_wrong",
        "session_missing",
      ],
      handle: (c) =>
        withFields(c, change, async (fields) => {
          const result = await changePassword(ports, sessionToken(c, ports), {
            currentPassword: fields.current_password,
            newPassword: fields.new_password,
            origin: originOf(c, caller),
          });
          // The field has another name here than where the message was written for.
          if (!result.ok) return problem(c, result.error, { message: ofNewPassword(result.error) });
          const { user, renewed } = result.value;
          c.set("userId", user.id);
          setSession(c, ports, renewed);
          return json(c, { email: user.email, message: "Password updated" });
        }),
    },
  };
}

export const ofNewPassword = (code: keyof typeof PROBLEMS): string =>
  PROBLEMS[code].message.replace(/^password:/, "new_password:");
