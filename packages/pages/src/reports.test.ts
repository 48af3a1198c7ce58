import { memoryPorts } from "@postern/domain/memory";
import { createApp } from "@postern/http";
import { describe, expect, it } from "vitest";
import type { PageRecord } from "./index.ts";
import { openSite } from "./site.fixture.ts";

describe("an answered page", () => {
  it("is reported by its path, never with what was asked for, and with the id of its calls", async () => {
    const records: PageRecord[] = [];
    const seen: (string | null)[] = [];
    const app = createApp({ ports: memoryPorts() });
    const api = (request: Request) => {
      seen.push(request.headers.get("x-request-id"));
      return app.fetch(request);
    };
    const { get, post } = openSite({ api, onPage: (record) => records.push(record) });
    await get("/login?return_to=/secret");
    await post("/login", { email: "ada@example.com", password: "wrong" });
    await post("/language", { language: "de" });
    expect(records.map(({ method, page, status }) => [method, page, status])).toEqual([
      ["GET", "/login", 200],
      ["POST", "/login", 422],
      ["POST", "/language", 303],
    ]);
    expect(seen).toEqual([records[1]?.requestId]);
    expect(JSON.stringify(records)).not.toMatch(/secret|ada@/);
  });

  it("is not reported while the service is busy, which counts such refusals itself", async () => {
    const records: PageRecord[] = [];
    const busy = () => new Response("{}", { status: 503, headers: { "retry-after": "1" } });
    const { post } = openSite({ api: busy, onPage: (record) => records.push(record) });
    expect((await post("/login", { email: "a@example.com", password: "x" })).status).toBe(503);
    expect(records).toEqual([]);
  });

  const capitals = crypto.randomUUID().toUpperCase();

  it.each([
    ["of its own", {}],
    ["of the proxy", { "x-request-id": crypto.randomUUID() }],
    ["that the service would not take", { "x-request-id": capitals }],
  ])(
    "has an id %s, and so have its calls and a fault",
    async (_, headers: Record<string, string>) => {
      const records: PageRecord[] = [];
      const seen = new Set<string | null>();
      const api = (request: Request): Response => {
        seen.add(request.headers.get("x-request-id"));
        throw new Error("broken");
      };
      const onFault = (_error: unknown, requestId: string) => seen.add(requestId);
      const { post } = openSite({ api, onFault, onPage: (record) => records.push(record) });
      const response = await post("/reset_password/choose", {}, headers);
      const failed = await post("/login", { email: "a@example.com" }, { ...headers, cookie: "%" });
      seen.clear();
      expect([response.status, failed.status]).toEqual([200, 503]);
      await post("/login", { email: "a@example.com", password: "x" }, headers);
      expect(seen.size).toBe(1);
    },
  );

  it("that is not there has the id of the call that did not find it", async () => {
    const ids: string[] = [];
    const app = createApp({
      ports: memoryPorts(),
      onRequest: ({ requestId }) => ids.push(requestId),
    });
    const { get } = openSite({ api: (request) => app.fetch(request) });
    const response = await get("/nothing");
    expect([response.status, response.headers.get("x-request-id")]).toEqual([404, ids[0]]);
  });
});
