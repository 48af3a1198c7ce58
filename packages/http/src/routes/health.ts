import type { Resource } from "../resource.ts";

/** The process runs. */
export const liveResource: Resource = {
  GET: (c) => c.json({ status: "live" }),
};

/** The process can serve: `ready` throws when a store does not answer or the process is stopping. */
export function readyResource(ready: () => Promise<void>): Resource {
  return {
    async GET(c) {
      await ready();
      return c.json({ status: "ready" });
    },
  };
}
