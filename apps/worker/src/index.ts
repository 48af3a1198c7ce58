export {
  InvalidEnvironment,
  mistakesIn,
  parseSecrets,
  type SecretKey,
  sharedEnvironment,
  withoutEmpty,
} from "./config.ts";
export { errorFields, openLog, reasonFor } from "./log.ts";
export { queuesOnPglite } from "./queues.ts";
export { type Worker, startWorker } from "./worker.ts";
