import { expect, it } from "vitest";
import { testApp } from "./app.fixture.ts";

interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, { readonly operationId: string }>>;
}

it("the description is OpenAPI 3.1, and names each operation once", async () => {
  const { request } = testApp();
  const document = (await (await request("GET", "/openapi.json")).json()) as Document;
  expect(document.openapi).toBe("3.1.0");
  const ids = Object.values(document.paths)
    .flatMap((methods) => Object.values(methods))
    .map(({ operationId }) => operationId);
  expect(ids.length).toBeGreaterThan(20);
  expect(new Set(ids).size).toBe(ids.length);
});
