import type {
  ChangeEmailError,
  ChangePasswordError,
  RegisterError,
  RequestResetError,
  ResetPasswordError,
  VerifyEmailError,
} from "@postern/domain";
import type { Context } from "hono";
import { answer, json, setHeader } from "./answer.ts";
import type { AppEnv } from "./app-env.ts";

type UseCaseError =
  | ChangeEmailError
  | ChangePasswordError
  | RegisterError
  | RequestResetError
  | ResetPasswordError
  | VerifyEmailError
  | "credentials_invalid"
  | "session_not_found";

type HttpError =
  | "body_malformed"
  | "body_too_large"
  | "content_type_unsupported"
  | "cross_site_request"
  | "field_invalid"
  | "field_unknown"
  | "idempotency_key_invalid"
  | "internal_error"
  | "method_not_allowed"
  | "misdirected_request"
  | "not_found"
  | "query_invalid"
  | "unavailable";

/** What can be wrong, as clients see it: stable, `snake_case`, listed in `docs/errors.md`. */
export type ProblemCode = UseCaseError | HttpError;

interface Problem {
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 421 | 500 | 503;
  readonly message: string;
}

/** An error added to a use case does not compile until it has its answer here. */
export const PROBLEMS: Readonly<Record<ProblemCode, Problem>> = {
  body_malformed: { status: 400, message: "the body could not be read" },
  body_too_large: { status: 413, message: "the body is too large" },
  content_type_unsupported: { status: 415, message: "send a form or JSON, not encoded further" },
  credentials_invalid: { status: 401, message: "email or password wrong" },
  cross_site_request: { status: 403, message: "requests from other sites may not change anything" },
  email_already_registered: { status: 400, message: "email already registered" },
  email_invalid: { status: 400, message: "email: this is not an e-mail address" },
  email_unknown: { status: 403, message: "email not registered" },
  field_invalid: { status: 400, message: "a field is missing or is not text" },
  field_unknown: { status: 400, message: "there is a field that does not belong here" },
  idempotency_key_invalid: { status: 400, message: "Idempotency-Key: 1 to 255 visible characters" },
  internal_error: { status: 500, message: "something went wrong here" },
  method_not_allowed: { status: 405, message: "this method is not allowed here" },
  misdirected_request: { status: 421, message: "this is not the host that was asked for" },
  not_found: { status: 404, message: "there is nothing here" },
  password_breached: { status: 400, message: "password: is known from a leak elsewhere" },
  password_malformed: { status: 400, message: "password: holds characters that are not text" },
  password_required: { status: 403, message: "current_password: needed, the log-in is not new" },
  password_too_easy: { status: 400, message: "password: too easy to guess" },
  password_too_long: { status: 400, message: "password: too long" },
  password_too_short: { status: 400, message: "password: too short" },
  password_wrong: { status: 403, message: "that is not the password" },
  query_invalid: { status: 400, message: "all, or except=current, and not both" },
  reset_token_invalid: { status: 403, message: "reset token not valid" },
  session_missing: { status: 403, message: "no session" },
  session_not_found: { status: 404, message: "there is no such session of yours" },
  unavailable: { status: 503, message: "try again in a moment" },
  verification_token_invalid: { status: 403, message: "verification token not valid" },
};

const PROBLEM_JSON = "application/problem+json";

interface Details {
  /** Said instead of the problem's own message. */
  readonly message?: string;
  readonly headers?: Readonly<Record<Lowercase<string>, string>>;
}

/** The one way an error becomes an answer: `{"message"}`, or RFC 9457 for clients that ask for it. */
export function problem(c: Context<AppEnv>, code: ProblemCode, details: Details = {}): Response {
  const { status, message: usual } = PROBLEMS[code];
  const message = details.message ?? usual;
  c.set("code", code);
  for (const [name, value] of Object.entries(details.headers ?? {}))
    setHeader(c, name as Lowercase<string>, value);
  if (!c.req.header("accept")?.includes(PROBLEM_JSON)) return json(c, { message }, status);
  const body = { type: `urn:postern:problem:${code}`, title: usual, status, code, detail: message };
  return answer(c, { status, body: JSON.stringify(body), type: PROBLEM_JSON });
}
