import { z } from "zod";

export type Schema = Readonly<Record<string, unknown>>;
export type Content = Readonly<Record<string, { readonly schema: Schema }>>;

/** Converts a schema to JSON Schema, without defaults and patterns that repeat a format. */
export function toSchema(schema: z.ZodType): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return tidied(rest) as Schema;
}

function tidied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidied);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(
    ([name]) => name !== "default" && !(name === "pattern" && "format" in value),
  );
  return Object.fromEntries(entries.map(([name, member]) => [name, tidied(member)]));
}
