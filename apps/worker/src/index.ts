export { attempt } from "./deliveries.ts";
export { type DeadLetter, openDesk, type Whereabouts } from "./desk.ts";
export { listenPglite, queuesOnPglite, queuesOnPostgres } from "./queues.ts";
export { startWorker } from "./worker.ts";
