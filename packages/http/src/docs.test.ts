import { describe, expect, it } from "vitest";
import { testApp } from "./app.fixture.ts";

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { readonly operationId: string }>>;
}

describe("the description", () => {
  it("is OpenAPI 3.1, names each operation once, and is a page that loads nothing from elsewhere", async () => {
    const { request } = testApp();
    const document = (await (await request("GET", "/openapi.json")).json()) as Document;
    expect(document.openapi).toBe("3.1.0");
    const ids = Object.values(document.paths)
      .flatMap((methods) => Object.values(methods))
      .map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const response = await request("GET", "/docs");
    const page = await response.text();
    for (const id of ids) expect(page).toContain(`id="${id}"`);
    const loaded = [...page.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url);
    expect(loaded).toEqual(["/docs/page.css", "/openapi.json"]);
    expect(page).not.toContain("<script");
    expect(response.headers.get("content-security-policy")).toMatch(/^default-src 'none'/);
    expect((await request("GET", "/docs/page.css")).headers.get("content-type")).toMatch(
      /^text\/css/,
    );
  });
});
