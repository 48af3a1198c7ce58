import type { Policy } from "@postern/domain";
import type { z } from "zod";
import { type Operation, operationsOf, type Method, type Resources } from "./operation.ts";
import { errorResponses, type OpenApiResponse, successResponses } from "./openapi-responses.ts";
import { type Content, type Schema, toSchema } from "./openapi-schema.ts";
import type { ProblemDetails } from "./problem.ts";
import type { ProblemCode } from "./problem-codes.ts";

export interface OpenApiOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
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

/** The part of OpenAPI 3.1 that is used here. */
export interface OpenApi {
  readonly openapi: "3.1.0";
  readonly info: { readonly title: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
}

const TAGS: Readonly<Record<Operation["tag"], string>> = {
  Users: "Registering.",
  Sessions: "Logging in and out, and managing one's sessions.",
  Profile: "What a user who is logged in sees and changes.",
  Recovery: "Regaining access without the password.",
  Verification: "Proving control of an address.",
  Service: "The service itself.",
};

/** The codes of any request, of a write, and of requests with fields, a query or headers. */
const ALWAYS: readonly ProblemCode[] = ["internal_error", "misdirected_request", "unavailable"];
const OF_WRITES: readonly ProblemCode[] = ["cross_site_request"];
const OF_FIELDS: readonly ProblemCode[] = [
  "body_malformed",
  "body_too_large",
  "content_type_unsupported",
  "field_invalid",
  "field_unknown",
];

/** Returns every error that an operation may respond with, by its code. */
function errorsOf(method: Method, { errors, fields, query, headers, isLimited }: Operation) {
  const general = [
    ...ALWAYS,
    ...(method === "GET" ? [] : OF_WRITES),
    ...(fields ? OF_FIELDS : []),
    ...(query ? (["query_invalid"] as const) : []),
    ...(headers ? (["idempotency_key_invalid"] as const) : []),
    ...(isLimited ? (["too_many_attempts"] as const) : []),
  ];
  const own = Object.entries(errors ?? {}) as [ProblemCode, ProblemDetails][];
  const all: [ProblemCode, ProblemDetails][] = [...own, ...general.map(withoutDetails)];
  return all.toSorted(([one], [other]) => (one < other ? -1 : 1));
}

const withoutDetails = (code: ProblemCode): [ProblemCode, ProblemDetails] => [code, {}];

/** Returns every code that an operation may respond with, in order. */
export const errorCodesOf = (method: Method, operation: Operation): ProblemCode[] =>
  errorsOf(method, operation).map(([code]) => code);

/**
 * Describes every operation as OpenAPI 3.1, from the schemas that parse requests and make
 * responses.
 */
export function openApi(
  resources: Resources,
  { policy, publicUrl }: { policy: Policy; publicUrl: string },
): OpenApi {
  const paths = Object.entries(resources).map(([path, resource]) => {
    const operations = operationsOf(resource).map(([method, operation]) => [
      method.toLowerCase(),
      toOperation(method, operation, policy),
    ]);
    return [path, Object.fromEntries(operations)];
  });
  const document = {
    openapi: "3.1.0" as const,
    info: {
      title: "Postern",
      version: "0.1.0",
      description: "User authentication. Requests are forms or JSON, answers are JSON.",
      contact: { name: "The operators of this service" },
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: publicUrl }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: { session: { type: "apiKey", in: "cookie", name: policy.cookie.name } },
      schemas: {
        Message: {
          type: "object",
          description: "What is wrong, in words for people.",
          properties: { message: { type: "string" } },
          required: ["message"],
          additionalProperties: false,
        },
      },
    },
  };
  return document;
}

function toOperation(method: Method, operation: Operation, { limits }: Policy): OpenApiOperation {
  const { id, tag, summary, description, session, fields } = operation;
  const parameters = [
    ...parametersOf("path", operation.params),
    ...parametersOf("query", operation.query),
    ...parametersOf("header", operation.headers),
  ];
  const body = fields && toSchema(fields);
  const required = (body?.["required"] ?? []) as string[];
  return {
    operationId: id,
    tags: [tag],
    summary,
    description,
    security: session === undefined ? [] : session === "needed" ? [NEEDED] : [NEEDED, {}],
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: required.length > 0, content: bodyOf(body) } }),
    responses: {
      ...successResponses(operation, limits),
      ...errorResponses(errorsOf(method, operation)),
    },
  };
}

const NEEDED = { session: [] };

const bodyOf = (schema: Schema): Content => ({
  "application/json": { schema },
  "application/x-www-form-urlencoded": { schema },
});

function parametersOf(place: "path" | "query" | "header", schema: z.ZodObject | undefined) {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => {
    const { description, ...rest } = toSchema(field) as { description?: string };
    return { name, in: place, required: place === "path", description, schema: rest };
  });
}
