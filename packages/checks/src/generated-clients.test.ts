import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "@hey-api/openapi-ts";
import { strictPolicy } from "@postern/domain";
import { memoryPorts } from "@postern/domain/memory";
import { createApp } from "@postern/http";
import openapiTS, { astToString } from "openapi-typescript";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ROOT } from "./repository.ts";

let folder = "";
let document = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "postern-clients-"));
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  const app = createApp({ ports: memoryPorts({ policy: strictPolicy }) });
  document = await (await app.request("http://localhost/openapi.json")).text();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Returns what the compiler says of a file in strict mode. */
function compile(name: string, code: string): string {
  writeFileSync(join(folder, name), code);
  const options = "--ignoreConfig --noEmit --strict --target es2024";
  const libraries = "--module esnext --moduleResolution bundler --lib es2024,dom,dom.iterable";
  const args = `${options} ${libraries} --types`.split(" ");
  try {
    const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
    execFileSync(process.execPath, [tsc, ...args, "", name], { cwd: folder, stdio: "pipe" });
    return "";
  } catch (error) {
    return String((error as { stdout: Buffer }).stdout);
  }
}

it("openapi-typescript makes types of the description that compile, and that know its answers", async () => {
  writeFileSync(join(folder, "types.ts"), astToString(await openapiTS(document)));
  const use = (field: string) => `import type { paths } from "./types";
    type LoggedIn = paths["/sessions"]["post"]["responses"][200]["content"]["application/json"];
    export const email = (answer: LoggedIn): string => answer.${field};`;
  expect(compile("use.ts", use("email"))).toBe("");
  expect(compile("use.ts", use("missing"))).toContain("missing");
});

it("hey-api makes a client of the description that compiles, and that knows its operations", async () => {
  await createClient({
    input: JSON.parse(document) as Record<string, unknown>,
    output: join(folder, "client"),
    logs: { level: "silent" },
  });
  const use = (name: string) => `import { ${name} } from "./client";
    const body = { email: "bob@example.com", password: "MyPwdOfBob" };
    const { data } = await ${name}({ body });
    export const email: string | undefined = data?.email;`;
  expect(compile("use.ts", use("logIn"))).toBe("");
  expect(compile("use.ts", use("logOn"))).toContain("logOn");
});
