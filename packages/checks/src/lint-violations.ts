import type { Violation } from "./violation.ts";

const domain = "packages/domain/src";
const redis = "packages/redis/src";

/** What the linter must report. */
export const LINT_VIOLATIONS: readonly Violation[] = [
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
    rule: "no types in a circle either",
    tool: "lint",
    file: `${redis}/planted-type-cycle.ts`,
    text: 'import type { Other } from "./planted-type-circle.ts";\nexport interface Planted {\n  readonly other?: Other;\n}\n',
    reported: /no-cycle[\s\S]*?planted-type-c(?:ycle|ircle)\.ts/,
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
    rule: "the client needs no particular runtime",
    tool: "lint",
    file: "packages/client/src/planted-node.ts",
    text: 'import { join } from "node:path";\nexport const planted = join("a", "b");\n',
    reported: /planted-node\.ts/,
  },
];
