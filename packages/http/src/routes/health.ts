import { z } from "zod";
import { endpoint, type Resource } from "../endpoint.ts";
import { json } from "../respond.ts";

export const liveResource: Resource = {
  GET: endpoint({
    id: "isLive",
    tag: "Service",
    summary: "Returns whether the process runs",
    responses: {
      live: {
        status: 200,
        description: "The process runs.",
        body: z.strictObject({ status: z.literal("live") }),
      },
    },
    handle: (c) => json(c, { status: "live" }),
  }),
};

/** `ready` throws if a store does not answer or the process is stopping. */
export const readyResource = (ready: () => Promise<void>): Resource => ({
  GET: endpoint({
    id: "isReady",
    tag: "Service",
    summary: "Returns whether the process and its stores can serve",
    responses: {
      ready: {
        status: 200,
        description: "They can.",
        body: z.strictObject({ status: z.literal("ready") }),
      },
    },
    async handle(c) {
      await ready();
      return json(c, { status: "ready" });
    },
  }),
});
