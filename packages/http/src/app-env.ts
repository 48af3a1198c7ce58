import type { UserId } from "@postern/domain";
import type { ProblemCode } from "./problems.ts";

/** What a request carries along from the edge to its handler, and back into the log. */
export interface AppEnv {
  Variables: {
    requestId: string;
    /** Of the answer. */
    headers: Record<string, string>;
    code?: ProblemCode;
    userId?: UserId;
  };
}
