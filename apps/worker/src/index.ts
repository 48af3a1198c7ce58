export {
  InvalidEnvironment,
  mistakesIn,
  type SecretKey,
  sharedEnvironment,
} from "./config.ts";
export { queuesOnPglite } from "./queues.ts";
export { type Worker, startWorker } from "./worker.ts";
