import type { Operation, ResponseDescription } from "./operation.ts";
import { type Content, toSchema } from "./openapi-schema.ts";
import { messageOf, type ProblemDetails } from "./problem.ts";
import { type ProblemCode, PROBLEMS } from "./problem-codes.ts";

export interface OpenApiResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Content;
}

/** Describes how an operation succeeds, by status. */
export function successResponses(
  { responses }: Operation,
  { knowsDevices }: { readonly knowsDevices: boolean },
): Record<string, OpenApiResponse> {
  const byStatus = Object.groupBy(Object.values(responses), ({ status }) => status);
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, alike]) => [status, toResponse(alike, knowsDevices)]),
  );
}

function toResponse(alike: readonly ResponseDescription[], knowsDevices: boolean): OpenApiResponse {
  const bodies = alike.flatMap(({ body }) => (body ? [toSchema(body)] : []));
  const [first] = bodies;
  const cookies = alike
    .flatMap(({ cookie }) => cookie ?? [])
    .filter((cookie) => cookie !== "device" || knowsDevices);
  const others = alike.flatMap(({ headers: named = {} }) => Object.entries(named));
  const headers = {
    ...(cookies.length > 0 && {
      "Set-Cookie": header(
        cookies.includes("device")
          ? "The cookie by which this browser is known."
          : "The session cookie.",
      ),
    }),
    ...(alike.some(({ status }) => status === 302) && { Location: header("Where it leads.") }),
    ...Object.fromEntries(others.map(([name, description]) => [name, header(description)])),
  };
  const json = { "application/json": { schema: bodies.length > 1 ? { anyOf: bodies } : first } };
  return {
    description: alike.map(({ description }) => description).join("\n"),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(first && { content: json as Content }),
  };
}

const header = (description: string) => ({ description, schema: { type: "string" } });

/** Headers that RFC 9110 asks for. */
const HEADERS: Readonly<Record<string, string>> = {
  401: "WWW-Authenticate",
  429: "Retry-After",
  503: "Retry-After",
};

/** Describes how an operation fails, by status. */
export function errorResponses(
  errors: readonly [ProblemCode, ProblemDetails][],
): Record<string, OpenApiResponse> {
  const byStatus = Object.groupBy(errors, ([code]) => PROBLEMS[code].status);
  return Object.fromEntries(
    Object.entries(byStatus).map(([status, alike]) => [
      status,
      {
        description: alike
          .map(([code, details]) => `\`${code}\`: ${messageOf(code, details)}`)
          .join("\n"),
        ...(HEADERS[status] && { headers: { [HEADERS[status]]: header("See RFC 9110.") } }),
        content: {
          "application/json": { schema: { $ref: "#/components/schemas/Message" } },
          "application/problem+json": {
            schema: problemSchema(
              Number(status),
              alike.map(([code]) => code),
            ),
          },
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
    field: { type: "string", description: "The field of the request that is wrong." },
  },
  required: ["type", "title", "status", "code", "detail"],
  additionalProperties: false,
});
