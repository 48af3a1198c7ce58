import { checkSession, deleteOwnUser, type Ports } from "@postern/domain";
import { z } from "zod";
import { json } from "../answer.ts";
import { withFields } from "../body.ts";
import { sessionToken, setSession } from "../caller.ts";
import { currentPassword, email, said } from "../fields.ts";
import { problem } from "../problems.ts";
import type { Resource } from "../resource.ts";

const deletion = z.strictObject({ current_password: currentPassword });

export function profileResource(ports: Ports): Resource {
  return {
    GET: {
      id: "profile",
      tag: "Profile",
      summary: "Tells who is logged in",
      session: "needed",
      answers: {
        profile: {
          status: 200,
          description: "The user's address.",
          body: z.strictObject({ email }),
        },
      },
      refusals: ["session_missing"],
      async handle(c) {
        const checked = await checkSession(ports, sessionToken(c, ports));
        if (!checked) return problem(c, "session_missing");
        c.set("userId", checked.user.id);
        return json(c, { email: checked.user.email });
      },
    },

    DELETE: {
      id: "deleteUser",
      tag: "Profile",
      summary: "Deletes the user, with all that is held about them",
      fields: deletion,
      session: "needed",
      answers: {
        user_deleted: {
          status: 200,
          description: "Gone, and every session with it.",
          body: said("user deleted"),
          cookie: "ended",
        },
      },
      refusals: ["password_required", "password_wrong", "session_missing"],
      handle: (c) =>
        withFields(c, deletion, async ({ current_password }) => {
          const result = await deleteOwnUser(ports, sessionToken(c, ports), current_password);
          if (!result.ok) return problem(c, result.error);
          c.set("userId", result.value.id);
          setSession(c, ports, undefined);
          return json(c, { email: result.value.email, message: "user deleted" });
        }),
    },
  };
}
