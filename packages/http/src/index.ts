export { type AppOptions, createApp } from "./app.ts";
export { type RequestRecord, SECURITY_HEADERS } from "./edge.ts";
export type { Mailbox } from "./routes/mailbox.ts";
export type { ProblemCode } from "./problems.ts";
