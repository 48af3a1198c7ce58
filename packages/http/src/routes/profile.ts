import { checkSession, type Ports } from "@postern/domain";
import { problem } from "../problems.ts";
import type { Resource } from "../resource.ts";
import { sessionToken } from "./sessions.ts";

export function profileResource(ports: Ports): Resource {
  return {
    async GET(c) {
      const checked = await checkSession(ports, sessionToken(c, ports));
      if (!checked) return problem(c, "session_missing");
      c.set("userId", checked.user.id);
      return c.json({ email: checked.user.email });
    },
  };
}
