import { memoryPorts } from "@postern/domain/memory";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { routeTable } from "./app.ts";
import { type Endpoint, endpoint, endpointsOf } from "./endpoint.ts";
import { inputParser } from "./parse-input.ts";

const shapeOf = ({ fields, query, headers, params }: Endpoint) =>
  [fields, query, headers, params].flatMap((schema) => Object.keys(schema?.shape ?? {}));

describe("an endpoint", () => {
  it("names in its errors only fields that it takes", () => {
    const endpoints = Object.values(routeTable({ ports: memoryPorts() })).flatMap(endpointsOf);
    expect(endpoints.length).toBeGreaterThan(20);
    for (const [, one] of endpoints) {
      const named = Object.values(one.errors ?? {}).flatMap(({ field }) => field ?? []);
      expect([one.id, ...shapeOf(one)]).toEqual(expect.arrayContaining([one.id, ...named]));
    }
  });

  it("takes no name from two places", () => {
    const twice = endpoint({
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
