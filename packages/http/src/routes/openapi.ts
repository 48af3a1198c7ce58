import { z } from "zod";
import { operation, type Resource } from "../operation.ts";
import type { OpenApi } from "../openapi.ts";
import { json } from "../respond.ts";

/** The description of every operation, for programs. */
export const openApiResource = (describe: () => OpenApi): Resource => ({
  GET: operation({
    id: "openApi",
    tag: "Service",
    summary: "This description, as OpenAPI 3.1",
    description:
      "Every operation of this service, its inputs and its answers. It differs with the policy.",
    responses: {
      description: {
        status: 200,
        description: "The document.",
        body: z.looseObject({ openapi: z.literal("3.1.0") }),
      },
    },
    handle: (c) => json(c, describe()),
  }),
});
