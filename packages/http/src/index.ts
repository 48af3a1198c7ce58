export { type AppOptions, createApp } from "./app.ts";
export type { RequestRecord } from "./edge.ts";
export type { ProblemCode } from "./problems.ts";
