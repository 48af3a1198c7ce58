import { type MailVerdict, testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EventService, startEventService } from "./event-service.ts";
import { anEmail, checkedFetch, visitor } from "./visitor.ts";

const PATIENCE = { timeout: 20_000, interval: 20 };
const PASSWORD = "MyPwdOfBob";

describe.skipIf(!testServers().redisUrl)("a reset by mail", () => {
  let service: EventService;
  const verdicts: MailVerdict[] = [];
  beforeAll(async () => {
    const environment = { PUBLIC_URL: "https://id.example.com" };
    service = await startEventService({
      environment,
      judgeMail: () => verdicts.shift() ?? "accept",
    });
    await service.startWorker();
  });
  afterAll(() => service?.close());

  const mailsTo = (email: string) =>
    service.smtp.received.filter(({ recipients }) => recipients.includes(email));

  it("repeated after the server had taken it has the same token and Message-ID, and works once", async () => {
    const email = anEmail();
    const bob = visitor(service.api.origin);
    await bob.register(email, PASSWORD);
    verdicts.push("accept and cut"); // it has the mail, and its 250 gets lost
    await bob.send("POST", "/reset_password", { email });
    await expect.poll(() => mailsTo(email).length, PATIENCE).toBe(2);
    const [first, second] = mailsTo(email).map(({ message }) => message);
    expect(second?.messageId).toBe(first?.messageId);
    expect(second?.text).toBe(first?.text);
    const token = /The reset token: (\S+)/.exec(first?.text ?? "")?.[1] ?? "";
    expect((await bob.reset(email, token, "another password")).status).toBe(200);
    expect((await bob.reset(email, token, "yet another one")).status).toBe(403);
    expect((await bob.logIn(email, "another password")).status).toBe(200);
  });

  it("leads to the configured address, whatever Host the request had", async () => {
    const email = anEmail();
    await visitor(service.api.origin).register(email, PASSWORD);
    const response = await checkedFetch(`${service.api.origin}/reset_password`, {
      method: "POST",
      headers: { "x-forwarded-host": "evil.example", forwarded: "host=evil.example" },
      body: new URLSearchParams({ email }),
    });
    expect(response.status).toBe(202);
    await expect.poll(() => mailsTo(email).length, PATIENCE).toBe(1);
    const [mail] = mailsTo(email);
    const links = [...(mail?.message.html ?? "").matchAll(/href="([^"]*)"/g)].map(
      ([, href]) => href,
    );
    expect(links).toHaveLength(1);
    expect(links[0]).toMatch(/^https:\/\/id\.example\.com\/reset_password#email=/);
    expect(JSON.stringify(mail)).not.toContain("evil");
    expect(mail?.recipients).toEqual([email]);
  });

  it("goes to the stored address alone, whoever else the request names", async () => {
    const email = anEmail();
    await visitor(service.api.origin).register(email, PASSWORD);
    for (const named of [
      `${email},eve@example.com`,
      `${email}\r\nBcc: eve@example.com`,
      `Bob <${email}>`,
    ]) {
      await visitor(service.api.origin).send("POST", "/reset_password", { email: named });
    }
    await visitor(service.api.origin).send("POST", "/reset_password", {
      email: email.toUpperCase(),
    });
    await expect.poll(() => mailsTo(email).length, PATIENCE).toBe(1);
    const everybody = service.smtp.received.flatMap(({ recipients }) => recipients);
    expect(everybody.filter((one) => one.includes("eve"))).toEqual([]);
  });
});
