import { request } from "node:http";
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
    verdicts.push("accept and cut"); // it has the mail, but its 250 is lost
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

  it("stays valid when another is requested, so that a stranger cannot cancel it", async () => {
    const email = anEmail();
    const bob = visitor(service.api.origin);
    await bob.register(email, PASSWORD);
    for (const count of [1, 2]) {
      await bob.send("POST", "/reset_password", { email });
      await expect.poll(() => mailsTo(email).length, PATIENCE).toBe(count);
    }
    const tokens = mailsTo(email).map(
      ({ message }) => /The reset token: (\S+)/.exec(message.text ?? "")?.[1] ?? "",
    );
    expect(new Set(tokens).size).toBe(2);
    const [first = "", second = ""] = tokens;
    expect((await bob.reset(email, first, "another password")).status).toBe(200);
    expect((await bob.reset(email, second, "yet another one")).status).toBe(403);
  });

  it("leads to the configured address, not to the request's Host", async () => {
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

  it("leads there though Host itself is another's, for every kind of link", async () => {
    const email = anEmail();
    const [next, unverified] = [anEmail("next"), anEmail("unverified")];
    const bob = visitor(service.api.origin);
    await bob.register(email, PASSWORD);
    await bob.logIn(email, PASSWORD);
    // To get that link too.
    await service.stores.query("alter table postern.users disable trigger vouch");
    const asked = [
      await poisoned("POST", "/reset_password", { email }),
      await poisoned("POST", "/users", { email: unverified, password: PASSWORD }),
      await poisoned("PUT", "/profile/email", { email: next }, bob.cookie),
    ];
    expect(asked).toEqual([202, 202, 202]);
    await service.stores.query("alter table postern.users enable trigger vouch");
    const mails = () => [email, unverified, next].flatMap(mailsTo).map(({ message }) => message);
    await expect.poll(() => mails().length, PATIENCE).toBe(4); // three links, and a notice
    const text = JSON.stringify(mails());
    expect(text).not.toContain("evil");
    const links = [...text.matchAll(/https?:\/\/[^\s"<\\]*/g)].map(([link]) =>
      link.replace(/#.*/, ""),
    );
    expect(new Set(links)).toEqual(
      new Set([
        "https://id.example.com/reset_password",
        "https://id.example.com/email_verification",
      ]),
    );
  });

  /** Uses a raw socket, because `fetch` writes its own Host. */
  function poisoned(method: string, path: string, fields: Record<string, string>, cookie = "") {
    const headers = {
      host: "evil.example",
      "x-forwarded-host": "evil.example",
      forwarded: "host=evil.example",
      "content-type": "application/x-www-form-urlencoded",
      cookie,
    };
    return new Promise<number | undefined>((resolve, reject) => {
      const sending = request(service.api.origin + path, { method, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sending.once("error", reject);
      sending.end(new URLSearchParams(fields).toString());
    });
  }

  it("goes only to the stored address, even if the request names others", async () => {
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
