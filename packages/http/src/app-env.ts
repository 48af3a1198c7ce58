import type { UserId } from "@postern/domain";
import type { ProblemCode } from "./problem-codes.ts";

/** What a request carries from the guard to its handler, and back into the log. */
export interface AppEnv {
  Variables: {
    requestId: string;
    /** The path under which people reach the service: `/auth`, or "". */
    basePath: string;
    /** The headers of the response. */
    headers: Record<string, string>;
    code?: ProblemCode;
    userId?: UserId;
    /** A second cookie of the response, beside the session cookie. */
    deviceCookie?: string;
  };
}
