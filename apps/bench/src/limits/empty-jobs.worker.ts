/** pg-boss moving empty jobs: the cost of the worker's queues alone. */
import { PgBoss } from "pg-boss";
import { setting } from "./listen.ts";

const QUEUE = "empty";
const boss = new PgBoss({ connectionString: setting("DATABASE_URL"), useListenNotify: true });
boss.on("error", (error) => console.error(error.message));
await boss.start();
await boss.createQueue(QUEUE, { notify: true });
console.log("ready");
for (;;) {
  const jobs = await boss.fetch(QUEUE, { batchSize: 50 });
  if (jobs.length === 0) break;
  await boss.complete(
    QUEUE,
    jobs.map(({ id }) => id),
  );
}
await boss.work(QUEUE, { batchSize: 1, pollingIntervalSeconds: 0.5 }, async () => undefined);
