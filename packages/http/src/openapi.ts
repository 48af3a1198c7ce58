import { z } from "zod";
import type { Answer, Operation } from "./operation.ts";
import { type ProblemCode, PROBLEMS } from "./problems.ts";
import { endpointsOf, type Method, type Resources } from "./resource.ts";

type Schema = Readonly<Record<string, unknown>>;
type Content = Readonly<Record<string, { readonly schema: Schema }>>;

interface OpenApiResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Content;
}

export interface OpenApiOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: "path" | "query" | "header";
    readonly required: boolean;
    readonly description?: string | undefined;
    readonly schema: Schema;
  }[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, OpenApiResponse>>;
}

/** As much of OpenAPI 3.1 as is used here. */
export interface OpenApi {
  readonly openapi: "3.1.0";
  readonly info: { readonly title: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
}

const TAGS: Readonly<Record<Operation["tag"], string>> = {
  Users: "Registering.",
  Sessions: "Logging in and out, and looking after one's sessions.",
  Profile: "What whoever is logged in may see and change.",
  Recovery: "Regaining access without the password.",
  Verification: "Proving control of an address.",
  Service: "The service itself.",
  Pages: "For people with a browser: where links in mails lead, and this page.",
};

/** What may be wrong with any request, with one that writes, and with one that has fields. */
const ALWAYS: readonly ProblemCode[] = ["internal_error", "misdirected_request", "unavailable"];
const OF_WRITES: readonly ProblemCode[] = ["cross_site_request"];
const OF_FIELDS: readonly ProblemCode[] = [
  "body_malformed",
  "body_too_large",
  "content_type_unsupported",
  "field_invalid",
  "field_unknown",
];

/** Every code that an operation may refuse with. */
export const refusalsOf = (method: Method, { refusals = [], fields }: Operation): ProblemCode[] =>
  [
    ...refusals,
    ...ALWAYS,
    ...(method === "GET" ? [] : OF_WRITES),
    ...(fields ? OF_FIELDS : []),
  ].toSorted();

/** The surface as OpenAPI 3.1, from what requests are read by and answers are made of. */
export function openApi(
  resources: Resources,
  { cookieName, publicUrl }: { cookieName: string; publicUrl: string },
): OpenApi {
  const paths = Object.entries(resources).map(([path, resource]) => {
    const operations = endpointsOf(resource).map(([method, endpoint]) => [
      method.toLowerCase(),
      toOperation(path, method, endpoint),
    ]);
    return [path, Object.fromEntries(operations)];
  });
  const document = {
    openapi: "3.1.0" as const,
    info: {
      title: "Postern",
      version: "0.1.0",
      description: "User authentication. Requests are forms or JSON, answers are JSON.",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: publicUrl }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: { session: { type: "apiKey", in: "cookie", name: cookieName } },
      schemas: {
        Message: {
          type: "object",
          description: "What is wrong, for people.",
          properties: { message: { type: "string" } },
          required: ["message"],
          additionalProperties: false,
        },
      },
    },
  };
  return document;
}

function toOperation(path: string, method: Method, endpoint: Operation): OpenApiOperation {
  const { id, tag, summary, session, fields } = endpoint;
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => ({
      name,
      in: "path" as const,
      required: true,
      schema: { type: "string" },
    })),
    ...parametersOf("query", endpoint.query),
    ...parametersOf("header", endpoint.headers),
  ];
  const body = fields && toSchema(fields);
  const required = (body?.["required"] ?? []) as string[];
  return {
    operationId: id,
    tags: [tag],
    summary,
    security: session === undefined ? [] : session === "needed" ? [NEEDED] : [NEEDED, {}],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: required.length > 0, content: bodyOf(body) } }),
    responses: { ...successesOf(endpoint), ...refusedWith(refusalsOf(method, endpoint)) },
  };
}

const NEEDED = { session: [] };

const bodyOf = (schema: Schema): Content => ({
  "application/json": { schema },
  "application/x-www-form-urlencoded": { schema },
});

function parametersOf(place: "query" | "header", schema: z.ZodObject | undefined) {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const { description, ...rest } = toSchema(field) as { description?: string };
    return { name, in: place, required: false, description, schema: rest };
  });
}

function successesOf({ answers }: Operation): Record<string, OpenApiResponse> {
  const byStatus = Object.groupBy(Object.values(answers), ({ status }) => status);
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, alike]) => [status, toResponse(alike)]),
  );
}

function toResponse(alike: readonly Answer[]): OpenApiResponse {
  const bodies = alike.flatMap(({ body }) => (body ? [toSchema(body)] : []));
  const [first] = bodies;
  const page = alike.find((answer) => answer.page)?.page;
  const headers = {
    ...(alike.some(({ cookie }) => cookie) && { "Set-Cookie": header("The session cookie.") }),
    ...(alike.some(({ status }) => status === 302) && { Location: header("Where it leads.") }),
  };
  const json = { "application/json": { schema: bodies.length > 1 ? { anyOf: bodies } : first } };
  return {
    description: alike.map(({ description }) => description).join("\n"),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(first && { content: json as Content }),
    ...(page && { content: { [page]: { schema: { type: "string" } } } }),
  };
}

const header = (description: string) => ({ description, schema: { type: "string" } });

/** Headers that RFC 9110 asks for. */
const HEADERS: Readonly<Record<string, string>> = {
  401: "WWW-Authenticate",
  503: "Retry-After",
};

function refusedWith(codes: readonly ProblemCode[]): Record<string, OpenApiResponse> {
  const byStatus = Object.groupBy(codes, (code) => PROBLEMS[code].status);
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, alike]) => [
      status,
      {
        description: alike.map((code) => `\`${code}\`: ${PROBLEMS[code].message}`).join("\n"),
        ...(HEADERS[status] && { headers: { [HEADERS[status]]: header("See RFC 9110.") } }),
        content: {
          "application/json": { schema: { $ref: "#/components/schemas/Message" } },
          "application/problem+json": { schema: problemSchema(Number(status), alike) },
        },
      },
    ]),
  );
}

/** RFC 9457. */
const problemSchema = (status: number, codes: readonly ProblemCode[]) => ({
  type: "object",
  properties: {
    type: { type: "string", format: "uri" },
    title: { type: "string" },
    status: { const: status },
    code: { enum: codes },
    detail: { type: "string" },
  },
  required: ["type", "title", "status", "code", "detail"],
  additionalProperties: false,
});

/** Without what says the same twice, and what is only for when a field is missing or wrong. */
export function toSchema(schema: z.ZodType): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return tidied(rest) as Schema;
}

function tidied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidied);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(
    ([name]) => name !== "default" && !(name === "pattern" && "format" in value),
  );
  return Object.fromEntries(entries.map(([name, member]) => [name, tidied(member)]));
}
