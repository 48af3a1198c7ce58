export { type AppOptions, createApp, routeTable } from "./app.ts";
export { type Endpoint, endpointsOf, type Method } from "./endpoint.ts";
export { errorCodesOf } from "./openapi.ts";
export { toSchema } from "./openapi-schema.ts";
export type { ProblemCode } from "./problem-codes.ts";
export type { RequestRecord } from "./request-guard.ts";
export type { Mailbox } from "./routes/mailbox.ts";
export { SECURITY_HEADERS, securityHeaders } from "./security-headers.ts";
export type { AskReadiness, Readiness } from "./routes/health.ts";
