import { memoryPorts } from "@postern/domain/memory";
import {
  type Operation,
  operationsOf,
  type Method,
  errorCodesOf,
  routeTable,
  toSchema,
} from "@postern/http";

/** Where the client keeps what it knows of the routes. */
export const CLIENT_OPERATIONS = "packages/client/src/operations.ts";

/** For browsers and tools, which do not need the client. */
const NOT_CALLED: ReadonlySet<string> = new Set(["openApi", "whereToChangePassword"]);

interface Schema {
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
}

/**
 * The client's types and its table of routes, from the very schemas that the routes read and answer
 * by.
 */
export function clientOperations(): string {
  const operations = Object.entries(routeTable({ ports: memoryPorts() }))
    .flatMap(([path, resource]) =>
      operationsOf(resource).map(([method, operation]) => ({ path, method, operation })),
    )
    .filter(({ operation }) => !NOT_CALLED.has(operation.id));
  return `// Generated from the routes' own schemas by \`pnpm generate\`; not to be edited.

/** What each operation takes, and how it may end. */
export interface Operations {
${operations.map(typesOf).join("\n")}
}

/** How each operation is called, and by what its successes are told apart. */
export const OPERATIONS = ${JSON.stringify(Object.fromEntries(operations.map(tableOf)), undefined, 2)} as const;
`;
}

interface Placed {
  readonly path: string;
  readonly method: Method;
  readonly operation: Operation;
}

const paramsIn = (path: string) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);

function typesOf({ path, method, operation }: Placed): string {
  const { id, summary, fields, query, headers, responses } = operation;
  const input = [
    ...paramsIn(path).map((name) => `"${name}": string`),
    ...[fields, query, headers].flatMap((schema) => (schema ? membersOf(toSchema(schema)) : [])),
  ];
  const bodies = Object.entries(responses).map(
    ([code, { body }]) => `${code}: ${body ? typeOf(toSchema(body)) : "undefined"}`,
  );
  const codes = errorCodesOf(method, operation).map((code) => `"${code}"`);
  return `  /** ${summary}. \`${method} ${path}\` */
  ${id}: {
    input: ${input.length > 0 ? `{ ${input.join("; ")} }` : "object"};
    responses: { ${bodies.join("; ")} };
    errors: ${codes.join(" | ")};
  };`;
}

function tableOf({ path, method, operation: { id, query, headers, responses } }: Placed) {
  const successes = Object.entries(responses).map(([code, { status, body, location }]) => {
    const { properties, required = [] } = (body ? toSchema(body) : {}) as Schema;
    const message = properties?.["message"]?.const;
    // JSON drops what is undefined.
    return { code, status, has: body ? required : undefined, message, location };
  });
  const names = (schema: typeof query) => Object.keys(schema?.shape ?? {});
  return [id, { method, path, query: names(query), headers: names(headers), successes }];
}

/** A JSON Schema as a TypeScript type, as far as ours go. */
function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" | ");
  if (schema.items) return `readonly (${typeOf(schema.items)})[]`;
  if (schema.properties) return `{ ${membersOf(schema).join("; ")} }`;
  if (schema.type === "object") return "{ readonly [name: string]: unknown }";
  return [schema.type ?? "unknown"].flat().map(nameOf).join(" | ");
}

const nameOf = (type: string) => (type === "integer" ? "number" : type);

const membersOf = ({ properties = {}, required = [] }: Schema): string[] =>
  Object.entries(properties).map(
    ([name, member]) =>
      `readonly "${name}"${required.includes(name) ? "" : "?"}: ${typeOf(member)}${
        required.includes(name) ? "" : " | undefined"
      }`,
  );
