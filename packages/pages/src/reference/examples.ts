import type { OpenApiOperation } from "@postern/http";

/** The part of JSON Schema that the description uses. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly format?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** An operation with its place. */
export interface Placed extends OpenApiOperation {
  readonly path: string;
  readonly method: string;
}

const FORMATS: Readonly<Record<string, string>> = {
  "date-time": "2026-01-31T12:00:00.000Z",
  uuid: "0199a0f0-0000-7000-8000-000000000001",
};

/** Returns a value that a schema allows, as near to real ones as it says. */
export function exampleOf(schema: Schema): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.examples) return schema.examples[0];
  const [choice] = schema.anyOf ?? [];
  if (choice) return exampleOf(choice);
  if (schema.properties) return exampleOfFields(schema, () => true);
  if (schema.items) return [exampleOf(schema.items)];
  const [first] = schema.enum ?? [];
  if (first !== undefined) return first;
  const type = [schema.type ?? "string"].flat()[0];
  if (type === "boolean") return true;
  if (type === "integer" || type === "number") return 0;
  return FORMATS[schema.format ?? ""] ?? (type === "object" ? {} : "...");
}

const exampleOfFields = ({ properties = {} }: Schema, isShown: (name: string) => boolean) =>
  Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => isShown(name))
      .map(([name, field]) => [name, exampleOf(field)]),
  );

/** Returns the fields of the body. */
export const bodySchemaOf = ({ requestBody }: Placed): Schema =>
  requestBody?.content["application/json"]?.schema ?? {};

/** Returns the command that calls an operation. The session is kept in a file. */
export function curlOf(operation: Placed, base: string): string {
  const { method, path, security = [], responses } = operation;
  const schema = bodySchemaOf(operation);
  const required = new Set(schema.required);
  const fields = exampleOfFields(schema, (name) => required.has(name));
  const setsCookie = Object.values(responses).some(({ headers }) => headers?.["Set-Cookie"]);
  return [
    "curl",
    method === "GET" ? "" : `-X ${method}`,
    security.length > 0 ? "-b session.txt" : "",
    setsCookie ? "-c session.txt" : "",
    ...Object.entries(fields).map(([name, value]) => `-d ${quoted(`${name}=${String(value)}`)}`),
    quoted(base + path.replace(/\{(\w+)\}/g, "$1")),
  ]
    .filter((part) => part !== "")
    .join(" ");
}

/** A word of a POSIX shell. */
const quoted = (text: string) =>
  /^[\w@./:=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
