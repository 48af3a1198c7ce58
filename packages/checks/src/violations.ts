/** Each tool of `pnpm check`, run once over a copy in which every one of its rules is broken. */
export const TOOLS = {
  types: ["tsc", "--build"],
  lint: ["oxlint", "--type-aware", "--deny-warnings"],
  boundaries: ["turbo", "boundaries"],
  "dead code": ["knip"],
  format: ["oxfmt", "--check", "."],
  publint: ["publint", "packages/crypto", "--pack=false", "--strict"],
} as const;

interface Violation {
  readonly rule: string;
  readonly tool: keyof typeof TOOLS;
  readonly file: string;
  readonly text: string;
  readonly reported: RegExp;
}

const domain = "packages/domain/src";
const redis = "packages/redis/src";

export const VIOLATIONS: readonly Violation[] = [
  {
    rule: "a package imports only what its manifest lists",
    tool: "types",
    file: `${domain}/planted-dependency.ts`,
    text: 'import { Hono } from "hono";\nexport const planted = new Hono();\n',
    reported: /planted-dependency\.ts.*hono/,
  },
  {
    rule: "a package imports only what another one exports",
    tool: "types",
    file: `${redis}/planted-inside.ts`,
    text: 'import { coursePolicy } from "@postern/domain/src/policy.ts";\nexport const planted = coursePolicy;\n',
    reported: /planted-inside\.ts.*@postern\/domain\/src\/policy/,
  },
  {
    rule: "the domain knows no process",
    tool: "types",
    file: `${domain}/planted-process.ts`,
    text: "export const planted = process.pid;\n",
    reported: /planted-process\.ts.*process/,
  },
  {
    rule: "the domain knows no fetch",
    tool: "types",
    file: `${domain}/planted-fetch.ts`,
    text: 'export const planted = fetch("http://localhost");\n',
    reported: /planted-fetch\.ts.*fetch/,
  },
  {
    rule: "there are no enums",
    tool: "types",
    file: `${redis}/planted-enum.ts`,
    text: "export enum Planted {\n  One,\n}\n",
    reported: /planted-enum\.ts.*erasableSyntaxOnly/,
  },
  {
    rule: "an error without an answer does not compile",
    tool: "types",
    file: "packages/http/src/planted-problem.ts",
    text: 'import type { ProblemCode } from "./problems.ts";\nexport const planted: Record<ProblemCode, number> = { not_found: 404 };\n',
    reported: /planted-problem\.ts.*missing the following properties/s,
  },
  {
    rule: "the domain imports no module of Node's",
    tool: "lint",
    file: `${domain}/planted-node.ts`,
    text: 'import { hash } from "node:crypto";\nexport const planted = hash;\n',
    reported: /no-restricted-imports[\s\S]*?planted-node\.ts/,
  },
  {
    rule: "no imports in a circle",
    tool: "lint",
    file: `${redis}/planted-cycle.ts`,
    text: 'import { other } from "./planted-circle.ts";\nexport const planted = () => other;\n',
    reported: /no-cycle/,
  },
  {
    rule: "only a config reads the environment",
    tool: "lint",
    file: `${redis}/planted-env.ts`,
    text: 'export const planted = process.env["HOME"];\n',
    reported: /no-process-env[\s\S]*?planted-env\.ts/,
  },
  {
    rule: "no promise floats",
    tool: "lint",
    file: `${redis}/planted-promise.ts`,
    text: "export function planted(): void {\n  Promise.resolve(1);\n}\n",
    reported: /no-floating-promises[\s\S]*?planted-promise\.ts/,
  },
  {
    rule: "a switch handles every case",
    tool: "lint",
    file: `${redis}/planted-switch.ts`,
    text: 'export function planted(one: "a" | "b"): void {\n  switch (one) {\n    case "a":\n      console.log(one);\n  }\n}\n',
    reported: /switch-exhaustiveness-check[\s\S]*?planted-switch\.ts/,
  },
  {
    rule: "no any",
    tool: "lint",
    file: `${redis}/planted-any.ts`,
    text: "export const planted = (given: any): unknown => given;\n",
    reported: /no-explicit-any[\s\S]*?planted-any\.ts/,
  },
  {
    rule: "no default export",
    tool: "lint",
    file: `${redis}/planted-default.ts`,
    text: "const planted = 1;\nexport default planted;\n",
    reported: /no-default-export[\s\S]*?planted-default\.ts/,
  },
  {
    rule: "no empty catch",
    tool: "lint",
    file: `${redis}/planted-catch.ts`,
    text: "export function planted(): void {\n  try {\n    console.log();\n  } catch {}\n}\n",
    reported: /no-empty[\s\S]*?planted-catch\.ts/,
  },
  {
    rule: "no promise where none is expected",
    tool: "lint",
    file: `${redis}/planted-misused.ts`,
    text: "export const planted = (items: number[]): void => {\n  items.forEach(async (item) => {\n    await Promise.resolve(item);\n  });\n};\n",
    reported: /no-misused-promises[\s\S]*?planted-misused\.ts/,
  },
  {
    rule: "types are imported as types",
    tool: "lint",
    file: `${redis}/planted-type.ts`,
    text: 'import { Policy } from "@postern/domain";\nexport const planted = (policy: Policy): string => policy.name;\n',
    reported: /consistent-type-imports[\s\S]*?planted-type\.ts/,
  },
  {
    rule: "=== and not ==",
    tool: "lint",
    file: `${redis}/planted-equal.ts`,
    text: "export const planted = (one: unknown): boolean => one == 1;\n",
    reported: /eqeqeq[\s\S]*?planted-equal\.ts/,
  },
  {
    rule: "no var",
    tool: "lint",
    file: `${redis}/planted-var.ts`,
    text: "export function planted(): number {\n  var one = 1;\n  one += 1;\n  return one;\n}\n",
    reported: /no-var[\s\S]*?planted-var\.ts/,
  },
  {
    rule: "const where nothing changes",
    tool: "lint",
    file: `${redis}/planted-const.ts`,
    text: "export function planted(): number {\n  let one = 1;\n  return one;\n}\n",
    reported: /prefer-const[\s\S]*?planted-const\.ts/,
  },
  {
    rule: "no long file",
    tool: "lint",
    file: `${redis}/planted-long.ts`,
    text: Array.from(
      { length: 260 },
      (_, index) => `export const planted${index} = ${index};\n`,
    ).join(""),
    reported: /max-lines[\s\S]*?planted-long\.ts/,
  },
  ...["http", "mail"].map((name): Violation => ({
    rule: `${name} imports no module of Node's`,
    tool: "lint",
    file: `packages/${name}/src/planted-node.ts`,
    text: 'import { hash } from "node:crypto";\nexport const planted = hash;\n',
    reported: new RegExp(`no-restricted-imports[\\s\\S]*?packages/${name}/src/planted-node\\.ts`),
  })),
  {
    rule: "a package imports no other one that it does not list",
    tool: "boundaries",
    file: `${redis}/planted-adapter.ts`,
    text: 'import { createApp } from "@postern/http";\nexport const planted = createApp;\n',
    reported: /planted-adapter\.ts/,
  },
  {
    rule: "no path leads out of a package",
    tool: "boundaries",
    file: `${redis}/planted-path.ts`,
    text: 'import { coursePolicy } from "../../domain/src/policy.ts";\nexport const planted = coursePolicy;\n',
    reported: /planted-path\.ts/,
  },
  {
    rule: "tags say who may depend on whom",
    tool: "boundaries",
    file: "packages/mail/package.json",
    text: '{ "name": "@postern/mail", "version": "0.1.0", "type": "module", "exports": { ".": "./src/index.ts" }, "dependencies": { "@postern/domain": "workspace:*", "@postern/http": "workspace:*", "@postern/redis": "workspace:*" } }\n',
    reported:
      /`@postern\/http` found without any tag listed in allowlist for[\s|]+`@postern\/mail`/,
  },
  {
    rule: "an adapter does not lean on another adapter",
    tool: "boundaries",
    file: "packages/mail/src/planted-adapter.ts",
    text: 'import { connectRedis } from "@postern/redis";\nexport const planted = connectRedis;\n',
    reported:
      /`@postern\/redis` found without any tag listed in allowlist for[\s|]+`@postern\/mail`/,
  },
  {
    rule: "the client leans on nothing of the service",
    tool: "boundaries",
    file: "packages/client/package.json",
    text: '{ "name": "@postern/client", "version": "0.1.0", "type": "module", "exports": { ".": "./src/index.ts" }, "dependencies": { "@postern/domain": "workspace:*" } }\n',
    reported:
      /`@postern\/domain` found without any tag listed in allowlist for[\s|]+`@postern\/client`/,
  },
  {
    rule: "the client needs no particular runtime",
    tool: "lint",
    file: "packages/client/src/planted-node.ts",
    text: 'import { join } from "node:path";\nexport const planted = join("a", "b");\n',
    reported: /planted-node\.ts/,
  },
  {
    rule: "nothing is exported that nobody uses",
    tool: "dead code",
    file: "packages/crypto/src/id-source.ts",
    text: 'export { idSource } from "./planted-source.ts";\nexport const planted = 1;\n',
    reported: /Unused exports[\s\S]*planted[\s\S]*id-source\.ts/,
  },
  {
    rule: "no file is left lying about",
    tool: "dead code",
    file: `${redis}/planted-unused.ts`,
    text: "export const planted = 1;\n",
    reported: /Unused files[\s\S]*planted-unused\.ts/,
  },
  {
    rule: "everything is formatted",
    tool: "format",
    file: `${redis}/planted-format.ts`,
    text: "export const planted   =  1\n",
    reported: /planted-format\.ts/,
  },
  {
    rule: "what a package says it exports is there",
    tool: "publint",
    file: "packages/crypto/package.json",
    text: '{ "name": "@postern/crypto", "version": "0.1.0", "type": "module", "exports": { ".": "./src/planted-nowhere.ts" } }\n',
    reported: /planted-nowhere\.ts/,
  },
];

/** What two of the violations need beside them. */
export const ACCOMPLICES: Record<string, string> = {
  [`${redis}/planted-circle.ts`]:
    'import { planted } from "./planted-cycle.ts";\nexport const other = () => planted;\n',
  "packages/crypto/src/planted-source.ts": "export const idSource = () => undefined as never;\n",
};
