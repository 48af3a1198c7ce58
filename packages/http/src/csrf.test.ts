import { describe, expect, it } from "vitest";
import { testApp } from "./app.fixture.ts";

/**
 * Through the whole app: a refused write is a 403 with its own code; an accepted one is a 400 for
 * its body.
 */
async function verdict(method: string, headers: Record<string, string>, publicUrl?: string) {
  const { request } = testApp({ publicUrl });
  const accept = { accept: "application/problem+json" };
  const response = await request(method, "/users", {
    headers: { host: "localhost", ...accept, ...headers },
  });
  const { code } = (await response.json()) as { code: string };
  return code === "cross_site_request" ? "refused" : "let through";
}

describe("the host", () => {
  it("is checked where a page could rebind its name to us", async () => {
    const { request } = testApp({
      isAdmitted: ({ headers }) => headers.get("host") === "localhost",
    });
    const from = async (host: string) => (await request("GET", "/", { headers: { host } })).status;
    expect(await from("localhost")).toBe(200);
    expect(await from("evil.example")).toBe(421);
  });
});

describe("cross-site writes", () => {
  it.each([
    [{ "sec-fetch-site": "same-origin" }, "let through"],
    [{ "sec-fetch-site": "none" }, "let through"],
    [{ "sec-fetch-site": "same-site" }, "refused"],
    [{ "sec-fetch-site": "cross-site" }, "refused"],
    [{ "sec-fetch-site": "" }, "refused"],
    [{ "sec-fetch-site": "cross-site", origin: "http://localhost" }, "refused"],
    [{ origin: "http://localhost" }, "let through"],
    [{ origin: "http://localhost:81" }, "refused"],
    [{ origin: "http://evil.example" }, "refused"],
    [{ origin: "http://localhost.evil.example" }, "refused"],
    [{ origin: "null" }, "refused"],
    [{ origin: "" }, "refused"],
    [{ origin: "nonsense" }, "refused"],
    [{}, "let through"],
  ])("%o are %s", async (headers: Record<string, string>, expected) => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      expect(await verdict(method, headers)).toBe(expected);
    }
  });

  it("come from the public origin when a proxy changes the host", async () => {
    const origin = "https://login.example.com";
    expect(await verdict("POST", { origin }, origin)).toBe("let through");
    expect(await verdict("POST", { origin: "https://example.com" }, origin)).toBe("refused");
  });

  it("are about writes: reading from elsewhere is the browser's to guard", async () => {
    const { request } = testApp();
    const headers = { "sec-fetch-site": "cross-site" };
    expect((await request("GET", "/", { headers })).status).toBe(200);
  });
});
