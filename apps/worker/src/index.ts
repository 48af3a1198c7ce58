export { listenPglite, queuesOnPglite } from "./queues.ts";
export { startWorker } from "./worker.ts";
