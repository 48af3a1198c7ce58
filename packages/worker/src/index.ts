export { expiredMailLog } from "./expired-mail-log.ts";
export { mailSubscriber } from "./handlers/mail.ts";
export { attempt } from "./webhooks/attempt.ts";
export { type DeadLetter, openQueueAdmin } from "./queue-admin.ts";
export { listenPglite, queuesOnPglite, queuesOnPostgres } from "./queues.ts";
export { type PostgresWorkerOptions, startPostgresWorker } from "./postgres-worker.ts";
export type { Handler, HandlerPorts, Subscriber } from "./subscriber.ts";
export { SUBSCRIBERS } from "./subscribers.ts";
export { startWorker, type Worker, type WorkerOptions } from "./worker.ts";
