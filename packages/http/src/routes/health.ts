import { z } from "zod";
import { json } from "../answer.ts";
import type { Resource } from "../resource.ts";

/** The process runs. */
export const liveResource: Resource = {
  GET: {
    id: "isLive",
    tag: "Service",
    summary: "Does the process run?",
    answers: {
      live: {
        status: 200,
        description: "It runs.",
        body: z.strictObject({ status: z.literal("live") }),
      },
    },
    handle: (c) => json(c, { status: "live" }),
  },
};

/** The process can serve: `ready` throws when a store does not answer or the process is stopping. */
export function readyResource(ready: () => Promise<void>): Resource {
  return {
    GET: {
      id: "isReady",
      tag: "Service",
      summary: "Do the process and its stores serve?",
      answers: {
        ready: {
          status: 200,
          description: "They serve.",
          body: z.strictObject({ status: z.literal("ready") }),
        },
      },
      async handle(c) {
        await ready();
        return json(c, { status: "ready" });
      },
    },
  };
}
