import type { Resource } from "../resource.ts";

export const homeResource: Resource = {
  GET: (c) => c.json({ message: "Bienvenue" }),
};
