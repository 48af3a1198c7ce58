import type { z } from "zod";
import type { ProblemCode } from "./problems.ts";

/** One way in which an operation succeeds. */
export interface Answer {
  readonly status: 200 | 202 | 302;
  readonly description: string;
  /** Of a JSON body, which it has whole. Without it, there is none, or it is a `page`. */
  readonly body?: z.ZodType;
  /** The content type of what is no JSON. */
  readonly page?: string;
  /** Where a redirect leads, always. */
  readonly location?: string;
  /** It sets the session cookie, or makes the browser forget it. */
  readonly cookie?: "set" | "ended";
}

/**
 * What an operation takes and answers: what requests are read by, and what the OpenAPI document, the
 * reference page and the client's types are made of.
 */
export interface Operation {
  /** camelCase; the client's method has this name. */
  readonly id: string;
  readonly tag:
    | "Users"
    | "Sessions"
    | "Profile"
    | "Recovery"
    | "Verification"
    | "Service"
    | "Pages";
  readonly summary: string;
  /** Of the body: a form or a JSON object. */
  readonly fields?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  /** Does it look at the session cookie? */
  readonly session?: "needed" | "optional";
  /** By a code that tells them apart. */
  readonly answers: Readonly<Record<string, Answer>>;
  /** What may be wrong beside what may be wrong everywhere. */
  readonly refusals?: readonly ProblemCode[];
}
