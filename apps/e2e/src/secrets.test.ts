import { testServers } from "@postern/test-servers";
import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import { startApi, startWorker } from "./api-process.ts";
import { fullStores } from "./stores.ts";
import { anEmail, visitor } from "./visitor.ts";

const { redisUrl } = testServers();

/** The ways in which a secret could stand in a log or a store without looking like itself. */
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
  it("are in no log, no event, no job, and in no store as they are", async () => {
    const stores = await fullStores();
    const environment = { ...stores.environment, BCRYPT_COST: "4", LOG_LEVEL: "trace" };
    const [api, worker] = await Promise.all([startApi(environment), startWorker(environment)]);
    const [email, password, newPassword] = [
      anEmail(),
      "canary/pässwörd one",
      "canary/pässwörd two",
    ];
    const bob = visitor(api.origin);
    await bob.register(email, password);
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
    const ownSession = await stores.query<{ id: string }>("select id from users");
    const delivered =
      "select count(*)::int as open from pgboss.job where state in ('created', 'retry', 'active')";
    await expect
      .poll(async () => (await stores.query<{ open: number }>(delivered))[0]?.open, {
        timeout: 15_000,
      })
      .toBe(0);

    const dump = async (table: string) =>
      JSON.stringify(await stores.query(`select * from ${table}`));
    const redis = new Redis(redisUrl);
    const key = `postern:user:${ownSession[0]?.id ?? ""}`;
    const inRedis =
      JSON.stringify(await redis.hgetall(key)) +
      JSON.stringify(await redis.keys("postern:token:*"));
    redis.disconnect();
    await Promise.all([api.end("SIGTERM"), worker.end("SIGTERM")]);
    const logs = [...api.output, ...worker.output].join("\n");
    const events = (await dump("events")) + (await dump("outbox")) + (await dump("pgboss.job"));
    const everywhere = logs + events + inRedis + (await dump("users")) + (await dump("sessions"));
    await stores.close();

    expect(logs).toContain('"route":"/sessions"'); // it did log, so its silence means something
    expect(events).toContain("user.password_changed");
    expect(inRedis).toContain(email);
    const secretBytes = Buffer.from(second, "base64url").subarray(16);
    const secrets = [
      "canary",
      password,
      newPassword,
      cookie,
      second,
      token,
      secretBytes.toString("base64url"),
    ];
    for (const secret of secrets) {
      for (const spelling of spellings(secret)) expect(everywhere).not.toContain(spelling);
    }
    expect(logs + events).not.toMatch(/\$2[aby]\$/);
    expect(logs + events).not.toContain(email);
  });
});
