import { randomBytes } from "node:crypto";
import { startSmtpSink, testServers } from "@postern/test-servers";
import { describe, expect, it } from "vitest";
import { type ApiProcess, startApi, startWorker } from "./api-process.ts";
import { mailing } from "./event-service.ts";
import { tokenIn } from "./deployments.ts";
import { fullStores } from "./stores.ts";
import { anEmail, visitor } from "./visitor.ts";

const PATIENCE = { timeout: 30_000, interval: 50 };
const PASSWORD = "seven green tortoises";
const key = (id: string) => `${id}:${randomBytes(32).toString("base64")}`;

describe.skipIf(!testServers().redisUrl)("rotating keys", () => {
  it("as the document says, under load, fails no request", async () => {
    const stores = await fullStores();
    const smtp = await startSmtpSink();
    const [old, next] = [key("old"), key("next")];
    const environment = {
      ...mailing(stores, smtp),
      POLICY_VERIFICATION_ON_REGISTRATION: "true",
    };
    const opened = (secrets: string[]) => ({ ...environment, SECRETS: secrets.join(",") });
    let api: ApiProcess = await startApi(opened([old]));
    let worker = await startWorker(opened([old]));

    const over = new AbortController();
    const people: { email: string; failures: string[] }[] = [];
    const mailTo = (email: string) =>
      smtp.received
        .filter(({ recipients }) => recipients.includes(email))
        .map(({ message }) => message.text ?? "");
    /** Registers and uses the link of the mail, again and again. */
    async function live(): Promise<void> {
      while (!over.signal.aborted) {
        const person = { email: anEmail("rotated"), failures: [] as string[] };
        people.push(person);
        try {
          const registered = await visitor(api.origin).register(person.email, PASSWORD);
          if (registered.status !== 202) person.failures.push(`registered ${registered.status}`);
          await expect.poll(() => tokenIn(mailTo(person.email)), PATIENCE).not.toBe("");
          const fields = { token: tokenIn(mailTo(person.email)), password: PASSWORD };
          const verified = await visitor(api.origin).send("PUT", "/email_verification", fields);
          if (verified.status !== 200) person.failures.push(`verified ${verified.status}`);
        } catch (error) {
          person.failures.push(String(error));
        }
      }
    }
    const living = [live(), live(), live()];
    const some = async () => {
      const count = people.length;
      await expect.poll(() => people.length, PATIENCE).toBeGreaterThan(count + 5);
    };
    const replaceWorker = async (secrets: string[]) => {
      const before = worker;
      worker = await startWorker(opened(secrets));
      await before.end("SIGTERM");
      await some();
    };
    await some();
    await replaceWorker([next, old]);
    const before = api;
    api = await startApi(opened([next, old]));
    await some();
    await before.end("SIGTERM");
    await replaceWorker([next, old]); // once more, as the document says
    over.abort();
    await Promise.all(living);
    await expect
      .poll(async () => await stores.query("select from postern.outbox"), PATIENCE)
      .toHaveLength(0);
    await replaceWorkerAlone([next]);
    const last = anEmail("rotated");
    api = await restarted([next]);
    expect((await visitor(api.origin).register(last, PASSWORD)).status).toBe(202);
    await expect.poll(() => tokenIn(mailTo(last)), PATIENCE).not.toBe("");

    expect(people.length).toBeGreaterThan(20);
    expect(people.flatMap(({ failures }) => failures)).toEqual([]);
    const dead = await stores.query("select from postern_queues.job where name like '%.dead'");
    expect(dead).toEqual([]);
    await Promise.all([api.end("SIGTERM"), worker.end("SIGTERM")]);
    await smtp.close();
    await stores.close();

    async function replaceWorkerAlone(secrets: string[]): Promise<void> {
      await worker.end("SIGTERM");
      worker = await startWorker(opened(secrets));
    }
    async function restarted(secrets: string[]): Promise<ApiProcess> {
      await api.end("SIGTERM");
      return await startApi(opened(secrets));
    }
  }, 90_000);
});
