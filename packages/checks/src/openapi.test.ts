import { coursePolicy, type Policy, strictPolicy } from "@postern/domain";
import { memoryPorts } from "@postern/domain/memory";
import { createApp } from "@postern/http";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import spectral from "@stoplight/spectral-core";
import rulesets from "@stoplight/spectral-rulesets";
import { describe, expect, it } from "vitest";
import { CLIENT_OPERATIONS, clientOperations } from "./client-operations.ts";
import { read } from "./repository.ts";

interface Operation {
  summary?: string;
  description?: string;
  readonly responses: object;
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
}

async function document(policy: Policy = strictPolicy): Promise<string> {
  const app = createApp({
    ports: memoryPorts({ policy }),
    publicUrl: "https://login.postern.test",
  });
  return await (await app.request("http://localhost/openapi.json")).text();
}

/**
 * Returns the findings of Redocly's linter under its recommended rules, warnings included. A test
 * below replaces one rule: it does not accept a redirect as success, which is the only answer of
 * the well-known path.
 */
async function lint(source: string): Promise<string[]> {
  const rules = { "operation-2xx-response": "off" } as const;
  const config = await createConfig({ extends: ["recommended"], rules });
  const problems = await lintFromString({ source, config });
  return problems.map(({ ruleId, message }) => `${ruleId}: ${message}`);
}

/** Returns the findings of Spectral under its `oas` rules, warnings included. */
async function spectralFindings(source: string): Promise<string[]> {
  const linter = new spectral.Spectral();
  // The two packages disagree about the type.
  linter.setRuleset({ extends: [[rulesets.oas as never, "recommended"]] });
  const found = await linter.run(source);
  return found.map(({ code, path, message }) => `${code} at ${path.join(".")}: ${message}`);
}

const POLICIES = [
  ["course", coursePolicy],
  ["strict", strictPolicy],
  ["logging in", { ...coursePolicy, registration: { isOpen: true, logsIn: true } }],
] as const;

describe("the OpenAPI document", () => {
  it.each(POLICIES)("gives Spectral no reason for a warning (%s)", async (_, policy) => {
    expect(await spectralFindings(await document(policy))).toEqual([]);
  });

  it.each(POLICIES)("has Set-Cookie only where the policy sends one (%s)", async (name, policy) => {
    const { paths } = JSON.parse(await document(policy)) as Document;
    const setters = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods)
        .filter(([, operation]) => JSON.stringify(operation).includes('"Set-Cookie"'))
        .map(([method]) => `${method} ${path}`),
    );
    expect(setters.includes("post /users")).toBe(name === "logging in");
    expect(setters.includes("put /reset_password")).toBe(policy.limits.knowsDevices);
    expect(setters).toContain("post /sessions");
  });

  it("passes a linter without warnings", async () => {
    expect(await lint(await document())).toEqual([]);
  });

  it("says of every operation how it succeeds, and how it may not", async () => {
    const { paths } = JSON.parse(await document()) as Document;
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    expect(operations.length).toBeGreaterThan(20);
    for (const { responses } of operations) {
      const statuses = Object.keys(responses);
      expect(statuses.filter((status) => /^[23]/.test(status))).not.toEqual([]);
      expect(statuses.filter((status) => /^[45]/.test(status))).not.toEqual([]);
    }
  });

  it("would be told of what is wrong", async () => {
    const broken = JSON.parse(await document()) as Document;
    delete broken.paths["/users"]?.["post"]?.summary;
    delete broken.paths["/users"]?.["post"]?.description;
    expect(await lint(JSON.stringify(broken))).not.toEqual([]);
    expect(await spectralFindings(JSON.stringify(broken))).toEqual([
      expect.stringContaining("operation-description at paths./users.post"),
    ]);
  });
});

/** Removes what the formatter may change. */
const bare = (text: string) => text.replace(/[\s|,"();]+/g, "");

describe("the client", () => {
  it("has the types and the table that the routes have now", () => {
    const isCurrent = bare(read(CLIENT_OPERATIONS)) === bare(clientOperations());
    expect(isCurrent).toBe(true); // if not: pnpm generate
  });
});
