import type {
  ChangeEmailError,
  ChangePasswordError,
  EndSessionError,
  RegisterError,
  RequestResetError,
  ResetPasswordError,
  VerifyEmailError,
} from "@postern/domain";

type UseCaseError =
  | ChangeEmailError
  | ChangePasswordError
  | EndSessionError
  | RegisterError
  | RequestResetError
  | ResetPasswordError
  | VerifyEmailError
  | "credentials_invalid"
  | "language_invalid";

type HttpError =
  | "body_malformed"
  | "body_too_large"
  | "change_made_sessions_pending"
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
  | "too_many_attempts"
  | "unavailable";

/** What clients see: stable, `snake_case`, listed in `docs/errors.md`. */
export type ProblemCode = UseCaseError | HttpError;

interface Problem {
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 415 | 421 | 429 | 500 | 503;
  /** Says what is wrong. If the problem has a field, its name is put in front. */
  readonly message: string;
}

/** The status and message of each code. An error of a use case that is missing does not compile. */
export const PROBLEMS: Readonly<Record<ProblemCode, Problem>> = {
  body_malformed: { status: 400, message: "malformed body" },
  body_too_large: { status: 413, message: "body too large" },
  change_made_sessions_pending: {
    status: 503,
    message:
      "Your change was made; do not repeat it. Sessions that it ends may live a moment longer.",
  },
  content_type_unsupported: { status: 415, message: "send a form or JSON, without encoding" },
  credentials_invalid: { status: 401, message: "email or password wrong" },
  cross_site_request: { status: 403, message: "cross-site requests may not change anything" },
  email_already_registered: { status: 400, message: "email already registered" },
  email_invalid: { status: 400, message: "not an e-mail address" },
  email_unknown: { status: 403, message: "email not registered" },
  field_invalid: { status: 400, message: "missing or not text" },
  field_unknown: { status: 400, message: "unknown field in the body" },
  idempotency_key_invalid: {
    status: 400,
    message: "idempotency-key: must be 1 to 255 printable ASCII characters",
  },
  internal_error: { status: 500, message: "unexpected error" },
  language_invalid: { status: 400, message: "not a language tag such as de or pt-BR" },
  method_not_allowed: { status: 405, message: "method not allowed" },
  misdirected_request: {
    status: 421,
    message:
      "this request names a host that is not served, or came through a proxy; " +
      "set PUBLIC_URL to serve that host, and POLICY to leave open disclosure",
  },
  not_found: { status: 404, message: "not found" },
  password_breached: {
    status: 400,
    message: "is in a list of stolen passwords, which attackers try first; choose another one",
  },
  password_common: {
    status: 400,
    message: "is one of the most used passwords, which attackers try first; choose another one",
  },
  password_malformed: { status: 400, message: "contains characters that are not text" },
  password_required: { status: 403, message: "required, because the log-in is not recent" },
  password_too_easy: {
    status: 400,
    message: "is too close to your address or to the name of this service; choose another one",
  },
  password_too_long: { status: 400, message: "too long" },
  password_too_short: { status: 400, message: "too short" },
  password_wrong: { status: 403, message: "wrong password" },
  query_invalid: { status: 400, message: "invalid query" },
  registration_closed: { status: 403, message: "registration is closed; ask the operator" },
  reset_token_invalid: { status: 403, message: "reset token not valid" },
  session_missing: { status: 403, message: "no session" },
  session_not_found: { status: 404, message: "you have no such session" },
  too_many_attempts: { status: 429, message: "too many attempts, try again later" },
  unavailable: { status: 503, message: "temporarily unavailable, try again in a moment" },
  verification_token_invalid: { status: 403, message: "verification token not valid" },
};
