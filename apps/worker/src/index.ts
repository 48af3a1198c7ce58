export { expiredMailLog } from "./expired-mail-log.ts";
export { attempt } from "./webhooks/attempt.ts";
export { type DeadLetter, openQueueAdmin } from "./queue-admin.ts";
export { listenPglite, queuesOnPglite, queuesOnPostgres } from "./queues.ts";
export { SUBSCRIBERS } from "./subscribers.ts";
export { startWorker } from "./worker.ts";
