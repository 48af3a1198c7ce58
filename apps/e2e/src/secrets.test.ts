import { testServers } from "@postern/test-servers";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { startApi } from "./api-process.ts";
import { CLOSED, OPEN, startEventService } from "./event-service.ts";
import { anEmail, checkedFetch, visitor } from "./visitor.ts";
import { sessionKeyOf } from "./session-key.ts";

const { redisUrl } = testServers();

/** The forms in which a secret could be stored or logged without looking like itself. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    bytes.toString("hex"),
    bytes.toString("base64").replace(/=+$/, ""),
    bytes.toString("base64url"),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
  ];
}

describe.skipIf(!redisUrl)("secrets", () => {
  it("are in no log, event or job, and no store holds them in plain text", async () => {
    let refusals = 0;
    const service = await startEventService({
      environment: { ...OPEN, LOG_LEVEL: "trace" },
      // And it names the refused recipient.
      judgeMail: () => ((refusals += 1) <= 2 ? "refuse" : "accept"),
      answerPost: () => ({ body: "thanks" }),
    });
    const { api, stores, environment } = service;
    await service.operate("webhooks", "add", `${service.receiver.url}/hook`);
    const [closed, worker] = await Promise.all([
      startApi({ ...environment, ...CLOSED }),
      service.startWorker(),
    ]);
    const [email, password, newPassword] = [
      anEmail(),
      "canary/pässwörd one",
      "canary/pässwörd two",
    ];
    const bob = visitor(api.origin);
    await bob.register(email, password);
    // As an operator would.
    await stores.query("update postern.users set email_verified_at = now()");
    await bob.register(email, "canary/taken");
    await bob.logIn(email, "canary/wrong");
    await bob.logIn(email, password);
    const cookie = bob.cookie.split("=")[1] ?? "";
    await bob.profile();
    await bob.send("GET", `/profile?password=canary/query`);
    await bob.send("GET", `/canary/path/${cookie}`);
    const token = await bob.resetToken(email);
    await bob.reset(email, token, newPassword);
    await bob.logIn(email, newPassword);
    const second = bob.cookie.split("=")[1] ?? "";
    // Data for handlers only: the attempted address, the device, and a token by mail.
    const agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
    const signIn = new URLSearchParams({ email, password: newPassword });
    await checkedFetch(`${api.origin}/sessions`, {
      method: "POST",
      headers: { "user-agent": agent },
      body: signIn,
    });
    await visitor(closed.origin).register(email, "canary/again");
    await visitor(closed.origin).send("POST", "/reset_password", { email });
    const mailed = () =>
      service.smtp.received.flatMap(
        ({ message }) => message.text?.match(/token: (\S+)/)?.[1] ?? [],
      );
    await expect.poll(() => mailed().length, { timeout: 15_000 }).toBe(1);
    const subjects = () => new Set(service.smtp.received.map(({ message }) => message.subject));
    await expect
      .poll(subjects, { timeout: 15_000 })
      .toEqual(
        new Set([
          "A log-in from a new device",
          "Reset your password",
          "You have an account already",
          "Your password was changed",
        ]),
      );
    const ownSession = await stores.query<{ id: string }>("select id from postern.users");
    const delivered =
      "select count(*)::int as open from postern_queues.job where state in ('created', 'retry', 'active')";
    await expect
      .poll(async () => (await stores.query<{ open: number }>(delivered))[0]?.open, {
        timeout: 15_000,
      })
      .toBe(0);

    const dump = async (table: string) =>
      JSON.stringify(await stores.query(`select * from ${table}`));
    const redis = new Redis(redisUrl);
    const key = await sessionKeyOf(redis, ownSession[0]?.id ?? "");
    const inRedis =
      JSON.stringify(await redis.hgetall(key)) +
      JSON.stringify(await redis.keys("postern:token:*"));
    redis.disconnect();
    await Promise.all([api, closed, worker].map((one) => one.end("SIGTERM")));
    const logs = [api, closed, worker].flatMap(({ output }) => output).join("\n");
    const events =
      (await dump("postern.events")) +
      (await dump("postern.outbox")) +
      (await dump("postern_queues.job")) +
      (await dump("postern.webhook_attempts"));
    const everywhere =
      logs + events + inRedis + (await dump("postern.users")) + (await dump("postern.sessions"));
    const endpoints = await dump("postern.webhook_endpoints");
    const posted = JSON.stringify(service.receiver.received);
    await service.close();

    // It did log, so the absence of secrets means something.
    expect(logs).toContain('"route":"/sessions"');
    expect(events).toContain("user.password_changed");
    expect(inRedis).toContain(email);
    expect(logs).toContain("sending the mail failed");
    expect(endpoints).not.toContain("whsec_");
    expect(posted).toContain("session.created");
    for (const known of [email, "Firefox", ...mailed()]) {
      for (const spelling of spellings(known))
        expect(logs + events + posted).not.toContain(spelling);
    }
    const secretBytes = Buffer.from(second, "base64url").subarray(16);
    const secrets = [
      "canary",
      password,
      newPassword,
      cookie,
      second,
      token,
      ...mailed(),
      secretBytes.toString("base64url"),
    ];
    for (const secret of secrets) {
      for (const spelling of spellings(secret)) expect(everywhere).not.toContain(spelling);
    }
    expect(logs + events).not.toMatch(/\$2[aby]\$/);
    expect(logs + events).not.toContain(email);
  });
});
