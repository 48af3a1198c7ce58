import { z } from "zod";
import { json } from "../answer.ts";
import type { Resource } from "../resource.ts";

export const homeResource: Resource = {
  GET: {
    id: "welcome",
    tag: "Service",
    summary: "Says hello",
    answers: {
      welcome: {
        status: 200,
        description: "Hello.",
        body: z.strictObject({ message: z.literal("Bienvenue") }),
      },
    },
    handle: (c) => json(c, { message: "Bienvenue" }),
  },
};
