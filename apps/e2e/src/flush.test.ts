import { redisProgram, startRedis } from "@postern/test-servers";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { startEventService } from "./event-service.ts";
import { anEmail, visitor } from "./visitor.ts";

const PASSWORD = "MyPwdOfBob";
const PATIENCE = { timeout: 30_000, interval: 50 };
const PEOPLE = 20;
const program = redisProgram();

it.skipIf(!program)(
  "a Redis that forgets everything logs people out, and loses no event",
  async () => {
    if (!program) return;
    const redis = await startRedis(program); // its own server, because it is flushed
    const REDIS_URL = `redis://127.0.0.1:${redis.port}`;
    const service = await startEventService({ environment: { REDIS_URL } });
    await service.operate("webhooks", "add", `${service.receiver.url}/hook`);
    const worker = await service.startWorker();
    const people = Array.from({ length: PEOPLE }, () => ({
      email: anEmail("flushed"),
      browser: visitor(service.api.origin),
    }));
    for (const { email, browser } of people) {
      await browser.register(email, PASSWORD);
      await browser.logIn(email, PASSWORD);
      await browser.send("POST", "/reset_password", { email });
      if (email !== people[PEOPLE / 2]?.email) continue;
      worker.child.kill("SIGSTOP"); // in the middle of it
      const client = new Redis(REDIS_URL);
      await client.flushall();
      client.disconnect();
      worker.child.kill("SIGCONT");
    }
    const [first] = people;
    expect((await first?.browser.profile())?.status).toBe(403);
    // Within seconds the fence finds that the data is another, and ends what was opened meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    await first?.browser.logIn(first.email, PASSWORD);
    expect((await first?.browser.profile())?.status).toBe(200);
    const events = await service.stores.query<{ id: string }>(
      "select id from postern.events where user_id is not null",
    );
    const posted = () =>
      new Set(service.receiver.received.map(({ headers }) => headers["webhook-id"]));
    await expect.poll(() => posted().size, PATIENCE).toBe(events.length);
    const mailed = () => new Set(service.smtp.received.map(({ message }) => message.messageId));
    await expect.poll(() => mailed().size, PATIENCE).toBe(PEOPLE);
    // A token that was lost with Redis must be requested again. A new one works.
    const last = people.at(-1);
    const mail = service.smtp.received.find(({ recipients }) => recipients[0] === last?.email);
    const token = /The reset token: (\S+)/.exec(mail?.message.text ?? "")?.[1] ?? "";
    expect((await last?.browser.reset(last.email, token, "another password"))?.status).toBe(200);
    await service.close();
    await redis.stop();
  },
);
