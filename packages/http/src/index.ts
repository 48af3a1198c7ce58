export { type AppOptions, createApp, surface } from "./app.ts";
export { type RequestRecord, SECURITY_HEADERS } from "./edge.ts";
export type { Mailbox } from "./routes/mailbox.ts";
export { refusalsOf, toSchema } from "./openapi.ts";
export type { ProblemCode } from "./problems.ts";
export { type Endpoint, endpointsOf, type Method } from "./resource.ts";
