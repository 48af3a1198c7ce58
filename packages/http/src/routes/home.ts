import { z } from "zod";
import { operation, type Resource } from "../operation.ts";
import { json } from "../respond.ts";

export const homeResource: Resource = {
  GET: operation({
    id: "welcome",
    tag: "Service",
    summary: "Says hello",
    description: "Always the same.",
    responses: {
      welcome: {
        status: 200,
        description: "Hello.",
        body: z.strictObject({ message: z.literal("Bienvenue") }),
      },
    },
    handle: (c) => json(c, { message: "Bienvenue" }),
  }),
};
