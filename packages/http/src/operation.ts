import type { PasswordRefusal, ReauthenticationError } from "@postern/domain";
import type { Context } from "hono";
import type { z } from "zod";
import type { AppEnv } from "./app-env.ts";
import type { ProblemDetails } from "./problem.ts";
import type { ProblemCode } from "./problem-codes.ts";

/** One way in which an operation succeeds. */
export interface ResponseDescription {
  readonly status: 200 | 202 | 302;
  readonly description: string;
  /** The JSON body. Without it, the response has none. */
  readonly body?: z.ZodType;
  /** The target of a redirect. It is always the same. */
  readonly location?: string;
  /**
   * The response sets the session cookie, makes the browser delete it, or sets only the cookie by
   * which the browser is known.
   */
  readonly cookie?: "set" | "ended" | "device";
  /** Further headers, with their descriptions. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What an operation is and how it succeeds. The OpenAPI document and the client come from it. */
interface Description {
  /** camelCase. The client's method has this name. */
  readonly id: string;
  readonly tag: "Users" | "Sessions" | "Profile" | "Recovery" | "Verification" | "Service";
  readonly summary: string;
  /** What the summary and the responses do not say. */
  readonly description: string;
  /** Whether the operation reads the session cookie. */
  readonly session?: "needed" | "optional";
  /** The caller's own budget may be used up: 429. */
  readonly isLimited?: boolean;
  /** The successful responses, each by a name of ours such as `logged_in`. */
  readonly responses: Readonly<Record<string, ResponseDescription>>;
}

/** The failed result of a use case. A handler returns it unchanged. */
interface Failure<Code extends ProblemCode> {
  readonly ok: false;
  readonly error: Code;
}

type Optional = z.ZodObject | undefined;
type Parsed<Schema extends Optional> = Schema extends z.ZodObject ? z.infer<Schema> : unknown;

interface OperationDefinition<
  Fields extends Optional,
  Query extends Optional,
  Headers extends Optional,
  Params extends Optional,
  Code extends ProblemCode,
> extends Description {
  /** The body: a form or a JSON object. */
  readonly fields?: Fields;
  readonly query?: Query;
  readonly headers?: Headers;
  /** The variable parts of the path. */
  readonly params?: Params;
  /** The errors of the use case, each with the field that it is about. */
  readonly errors?: Readonly<Record<Code, ProblemDetails>>;
  /** Calls one use case and responds. Everything that is declared above arrives parsed. */
  handle(
    c: Context<AppEnv>,
    input: Parsed<Fields> & Parsed<Query> & Parsed<Headers> & Parsed<Params>,
  ): Handled<NoInfer<Code>> | Promise<Handled<NoInfer<Code>>>;
}

export type Handled<Code extends ProblemCode = ProblemCode> = Response | Failure<Code>;

/** An operation: what it takes, how it succeeds and fails, and the handler. */
export interface Operation extends Omit<
  OperationDefinition<Optional, Optional, Optional, Optional, ProblemCode>,
  "errors"
> {
  readonly errors?: Readonly<Partial<Record<ProblemCode, ProblemDetails>>>;
}

/**
 * Defines an operation in one place. The handler receives what the schemas describe. A handler that
 * returns an error which `errors` does not list does not compile.
 */
export const operation = <
  Fields extends Optional = undefined,
  Query extends Optional = undefined,
  Headers extends Optional = undefined,
  Params extends Optional = undefined,
  Code extends ProblemCode = never,
>(
  definition: OperationDefinition<Fields, Query, Headers, Params, Code>,
): Operation => definition;

/** The errors of a new password, which arrives in `field`. */
export const passwordErrors = (
  field: string,
): Readonly<Record<PasswordRefusal, ProblemDetails>> => ({
  password_breached: { field },
  password_common: { field },
  password_malformed: { field },
  password_too_easy: { field },
  password_too_long: { field },
  password_too_short: { field },
});

/** The errors of re-authentication, by session and `current_password`. */
export const REAUTHENTICATION_ERRORS = {
  password_required: { field: "current_password" },
  password_wrong: { field: "current_password" },
  session_missing: {},
} as const satisfies Record<ReauthenticationError, ProblemDetails>;

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** The operations of one path, by method. GET serves HEAD too. */
export type Resource = Readonly<Partial<Record<Method, Operation>>>;

/** The resource of each path. `{name}` marks a variable part. */
export type Resources = Readonly<Record<string, Resource>>;

export const operationsOf = (resource: Resource): [Method, Operation][] =>
  Object.entries(resource) as [Method, Operation][];
