export {
  type Client,
  type ClientOptions,
  createClient,
  type Outcome,
  type Refusal,
  type Success,
} from "./client.ts";
export type { Operations } from "./operations.ts";
