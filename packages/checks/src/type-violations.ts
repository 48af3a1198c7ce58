import type { Violation } from "./violation.ts";

const domain = "packages/domain/src";
const redis = "packages/redis/src";

/** What the compiler must report. */
export const TYPE_VIOLATIONS: readonly Violation[] = [
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
    text: 'import type { ProblemCode } from "./problem-codes.ts";\nexport const planted: Record<ProblemCode, number> = { not_found: 404 };\n',
    reported: /planted-problem\.ts.*missing the following properties/s,
  },
  {
    rule: "a use case's error that its operation does not list does not compile",
    tool: "types",
    file: "packages/http/src/planted-operation.ts",
    text: `import { err } from "@postern/domain";
import { operation } from "./operation.ts";
export const planted = operation({
  id: "planted",
  tag: "Service",
  summary: "Planted",
  responses: {},
  errors: { session_missing: {} },
  handle: () => err("session_not_found"),
});
`,
    reported: /planted-operation\.ts.*session_not_found/s,
  },
];
