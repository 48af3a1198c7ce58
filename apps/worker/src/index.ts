export { InvalidEnvironment, mistakesIn, type SecretKey, sharedEnvironment } from "./config.ts";
export { errorFields, openLog, reasonFor } from "./log.ts";
export { queuesOnPglite } from "./queues.ts";
export { type Worker, startWorker } from "./worker.ts";
