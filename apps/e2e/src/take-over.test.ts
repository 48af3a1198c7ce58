import { testServers } from "@postern/test-servers";
import { describe, expect, it } from "vitest";
import { OPEN, startEventService } from "./event-service.ts";
import { anEmail, visitor } from "./visitor.ts";

const TAKEN_OVER = { timeout: 60_000, interval: 50 };

/** Security: a dead worker's jobs are taken over within 60 s. */
describe.skipIf(!testServers().redisUrl)("the jobs of a worker", () => {
  it.each(["SIGKILL", "SIGSTOP"] as const)(
    "that ends by %s are taken over by another one",
    async (signal) => {
      let isHanging = true;
      const service = await startEventService({
        environment: OPEN, // one event for each registration
        answerPost: () => (isHanging ? { status: "hang" } : {}),
      });
      await service.operate("webhooks", "add", `${service.receiver.url}/hook`);
      const first = await service.startWorker();
      await visitor(service.api.origin).register(anEmail(), "MyPwdOfBob");
      const posts = () => service.receiver.received;
      await expect.poll(() => posts().length, TAKEN_OVER).toBe(1); // and waits for an answer
      first.child.kill(signal);
      isHanging = false;
      await service.startWorker();
      await expect.poll(() => posts().length, TAKEN_OVER).toBe(2);
      expect(posts()[1]?.headers["webhook-id"]).toBe(posts()[0]?.headers["webhook-id"]);
      const done = async () =>
        await service.stores.query(
          "select from postern_queues.job where name like 'webhooks.%' and state = 'completed'",
        );
      await expect.poll(async () => (await done()).length, TAKEN_OVER).toBe(1);
      if (signal === "SIGSTOP") {
        // After waking up, the worker finds that another one has taken the job, and goes on.
        first.child.kill("SIGCONT");
        await visitor(service.api.origin).register(anEmail(), "MyPwdOfBob");
        await expect.poll(async () => (await done()).length, TAKEN_OVER).toBe(2);
        expect(posts()).toHaveLength(3);
      }
      await service.close();
    },
    150_000,
  );
});
