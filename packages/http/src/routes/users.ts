import { type Ports, registerUser } from "@postern/domain";
import { z } from "zod";
import { withFields } from "../body.ts";
import { toAsciiDomain } from "../email-domain.ts";
import { problem } from "../problems.ts";
import type { Resource } from "../resource.ts";

const registration = z.strictObject({ email: z.string(), password: z.string() });

export function usersResource(ports: Ports): Resource {
  return {
    POST: (c) =>
      withFields(c, registration, async ({ email, password }) => {
        const result = await registerUser(ports, { email: toAsciiDomain(email), password });
        if (!result.ok) return problem(c, result.error);
        if (result.value === "user_created") return c.json({ email, message: "user created" });
        return c.json({ email, message: "registration accepted" }, 202);
      }),
  };
}
