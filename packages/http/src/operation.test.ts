import { memoryPorts } from "@postern/domain/memory";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { routeTable } from "./app.ts";
import { type Operation, operation, operationsOf } from "./operation.ts";
import { inputParser } from "./parse-input.ts";

const shapeOf = ({ fields, query, headers, params }: Operation) =>
  [fields, query, headers, params].flatMap((schema) => Object.keys(schema?.shape ?? {}));

describe("an operation", () => {
  it("names in its errors only fields that it takes", () => {
    const operations = Object.values(routeTable({ ports: memoryPorts() })).flatMap(operationsOf);
    expect(operations.length).toBeGreaterThan(20);
    for (const [, one] of operations) {
      const named = Object.values(one.errors ?? {}).flatMap(({ field }) => field ?? []);
      expect([one.id, ...shapeOf(one)]).toEqual(expect.arrayContaining([one.id, ...named]));
    }
  });

  it("takes no name from two places", () => {
    const twice = operation({
      id: "planted",
      tag: "Service",
      description: "",
      summary: "Takes a name twice.",
      fields: z.object({ all: z.string() }),
      query: z.object({ all: z.enum(["true"]).optional() }),
      responses: {},
      handle: (c) => c.json({}),
    });
    expect(() => inputParser(twice)).toThrow("planted takes a name twice");
  });
});
