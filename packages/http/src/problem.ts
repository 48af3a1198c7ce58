import type { Context } from "hono";
import type { AppEnv } from "./app-env.ts";
import { type ProblemCode, PROBLEMS } from "./problem-codes.ts";
import { json, respond, setHeader } from "./respond.ts";

/** What a response says about an error beside its code. */
export interface ProblemDetails {
  /** The field of the request that is wrong. */
  readonly field?: string | undefined;
  /** Replaces the code's own message. */
  readonly message?: string;
  readonly headers?: Readonly<Record<Lowercase<string>, string>>;
}

const PROBLEM_JSON = "application/problem+json";

/** Responds with `{"message"}` as the course does, or RFC 9457 for clients that ask for it. */
export function problem(
  c: Context<AppEnv>,
  code: ProblemCode,
  details: ProblemDetails = {},
): Response {
  const { status, message: title } = PROBLEMS[code];
  const { field, headers = {} } = details;
  const message = messageOf(code, details);
  c.set("code", code);
  for (const [name, value] of Object.entries(headers))
    setHeader(c, name as Lowercase<string>, value);
  if (!c.req.header("accept")?.includes(PROBLEM_JSON)) return json(c, { message }, status);
  const type = `urn:postern:problem:${code}`;
  const body = { type, title, status, code, detail: message, ...(field && { field }) };
  return respond(c, { status, body: JSON.stringify(body), type: PROBLEM_JSON });
}

/** The message for people: the field, if there is one, and what is wrong. */
export function messageOf(
  code: ProblemCode,
  { field, message = PROBLEMS[code].message }: ProblemDetails = {},
): string {
  return field ? `${field}: ${message}` : message;
}
