import { z } from "zod";
import { operation, type Resource } from "../operation.ts";
import { problem } from "../problem.ts";
import { json } from "../respond.ts";

/** What works now. */
export interface Readiness {
  /** Whether session checks can be served. */
  readonly canCheckSessions: boolean;
  /** Whether log-ins, registrations and changes can be stored. Only asked for with `?writes`. */
  readonly canWrite: boolean;
  /** Names of what does not work. */
  readonly failing: readonly string[];
}

/** Asks the stores. `writes`: also whether they take writes. */
export type AskReadiness = (options: { readonly writes: boolean }) => Promise<Readiness>;

export const liveResource: Resource = {
  GET: operation({
    id: "isLive",
    tag: "Service",
    summary: "Returns whether the process runs",
    description: "Asks no store. For a supervisor that restarts processes which hang.",
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

/**
 * A balancer that asks this keeps a process that can check sessions, even if a store that all
 * processes share takes no writes: without it no process would be left.
 */
export const readyResource = (ready: AskReadiness): Resource => ({
  GET: operation({
    id: "isReady",
    tag: "Service",
    summary: "Returns whether sessions can be checked, and what fails",
    description:
      "Asks the stores, at most twice a second. For balancers. With `?writes`, also whether changes can be stored.",
    query: z.strictObject({ writes: z.string().optional() }),
    responses: {
      ready: {
        status: 200,
        description: "They can. `failing` names what does not work all the same.",
        body: z.strictObject({
          status: z.literal("ready"),
          failing: z.array(z.string()).optional(),
        }),
      },
    },
    async handle(c, { writes }) {
      const asked = { writes: writes !== undefined };
      const { canCheckSessions, canWrite, failing } = await ready(asked);
      if (canCheckSessions && (canWrite || !asked.writes))
        return json(c, { status: "ready", ...(failing.length > 0 && { failing }) });
      const message = `not ready: ${failing.join(", ")}`;
      return problem(c, "unavailable", { message, headers: { "retry-after": "1" } });
    },
  }),
});
