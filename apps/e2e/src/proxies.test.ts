import { rmSync } from "node:fs";
import { request } from "node:https";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { readFileSync } from "node:fs";
import {
  type Certificates,
  createCertificates,
  freePort,
  startHttpReceiver,
  testServers,
} from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { liveThrough } from "./account-life.ts";
import { startApi } from "./api-process.ts";
import { OPEN, startEventService, vouchForAll } from "./event-service.ts";
import { balance, guardApplication, hasProxies, serveUnderPath } from "./proxy-configs.ts";
import { checksDuringRestarts } from "./rolling-restarts.ts";
import { fullStores } from "./stores.ts";
import { visitor } from "./visitor.ts";

describe.skipIf(!hasProxies || !testServers().redisUrl)("behind proxies", () => {
  let site: Certificates;
  beforeAll(() => {
    site = createCertificates(["DNS:localhost"]);
    const ca = readFileSync(site.ca, "utf8");
    setDefaultCACertificates([...getCACertificates("default"), ca]);
  });
  afterAll(() => rmSync(site.folder, { recursive: true }));

  it.each([true, false])(
    "an account lives under a path of a site, before two nodes (nginx strips the path: %s)",
    async (strips) => {
      const ports = [await freePort(), await freePort()];
      const balancer = await balance(ports);
      const nginx = await serveUnderPath(balancer.port, site, { strips });
      const publicUrl = `https://localhost:${nginx.port}/auth`;
      const service = await startEventService({
        environment: {
          POLICY: "strict",
          BCRYPT_COST: "10",
          PUBLIC_URL: publicUrl,
          PORT: `${ports[0]}`,
          TRUSTED_PROXIES: "127.0.0.0/8",
        },
      });
      const other = await startApi({ ...service.environment, PORT: `${ports[1]}` });
      await service.startWorker();
      const ready = async () => (await fetch(`${publicUrl}/health/ready`)).status;
      await expect.poll(ready, { timeout: 10_000, interval: 50 }).toBe(200);
      await liveThrough(service, publicUrl);
      const links = service.smtp.received.flatMap(({ message }) =>
        [...(message.text ?? "").matchAll(/https:\S+/g)].map(([link]) => link),
      );
      expect(links.length).toBeGreaterThan(1);
      for (const link of links) {
        expect(link).toMatch(/^https:\/\/localhost:\d+\/auth\/\w+#/);
        const page = await (await fetch(link)).text();
        for (const [, file] of page.matchAll(/(?:href|src)="([^"]+)"/g))
          expect((await fetch(new URL(file ?? "", link))).status).toBe(200);
      }
      const { servers } = (await (await fetch(`${publicUrl}/openapi.json`)).json()) as {
        servers: unknown;
      };
      expect(servers).toEqual([{ url: publicUrl }]);
      const wellKnown = await fetch(`https://localhost:${nginx.port}/.well-known/change-password`);
      expect([wellKnown.status, new URL(wellKnown.url).pathname]).toEqual([200, "/auth/login"]);
      await other.end();
      await service.close();
      await nginx.stop();
      await balancer.stop();
    },
    60_000,
  );

  it("20,000 requests on kept connections are answered while the nodes restart in turn", async () => {
    const { statuses, restarts } = await checksDuringRestarts(20_000);
    expect(statuses).toEqual({ 200: 18_000, 401: 2_000 });
    expect(restarts).toBeGreaterThan(1);
  }, 60_000);

  it("an application behind auth_request learns who the user is, and nothing that was forged", async () => {
    const stores = await fullStores();
    const application = await startHttpReceiver(() => ({ status: 200, body: "secret" }));
    const [port, cookieName] = [await freePort(), "__Host-session_id"];
    const api = await startApi({
      ...stores.environment,
      ...OPEN,
      BCRYPT_COST: "4",
      PORT: `${port}`,
      POLICY_COOKIE_NAME: cookieName,
      POLICY_COOKIE_SECURE: "true",
      TRUSTED_PROXIES: "127.0.0.0/8",
    });
    const nginx = await guardApplication(port, Number(new URL(application.url).port), site);
    const user = visitor(api.origin);
    await user.register("unverified@example.com", "x");
    await vouchForAll(stores);
    await user.register("verified@example.com", "x");

    /** Asks for a page of the application. Returns the answer's status, and what it received. */
    const ask = async (cookie: string) => {
      const before = application.received.length;
      const headers = {
        cookie,
        "x-auth-user-id": "mallory",
        "x-auth-email": "mallory@example.com",
        "x-auth-session-id": "forged",
      };
      const status = await new Promise((resolve, reject) =>
        request({ host: "localhost", port: nginx.port, path: "/page", headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .once("error", reject)
          .end(),
      );
      return { status, received: application.received.slice(before).map((one) => one.headers) };
    };

    const ids: unknown[] = [];
    for (const [email, shown] of [
      ["verified@example.com", "verified@example.com"],
      ["unverified@example.com", undefined],
    ] as const) {
      await user.logIn(email, "x");
      const mine = user.cookie;
      const jar = `first=1; ${mine}; __Host-known_devices=d.e; last=2`;
      for (const cookie of [mine, jar, `${mine};a=b`, `a=b;${mine}`, mine.replace("=", " =")]) {
        const { status, received } = await ask(cookie);
        expect([status, received.length]).toEqual([200, 1]);
        const [headers = {}] = received;
        // nginx leaves out a header that is empty.
        expect(headers["x-auth-email"]).toBe(shown);
        expect(headers["x-auth-user-id"]).toMatch(/^[0-9a-f-]{36}$/);
        expect(headers["x-auth-session-id"]).toMatch(/^[0-9a-f-]{36}$/);
        expect(headers.cookie ?? "").not.toMatch(/__Host-/);
        if (cookie === jar) expect(headers.cookie).toMatch(/^first=1; ?last=2$/);
        ids.push(headers["x-auth-user-id"]);
      }
    }
    expect(new Set(ids).size).toBe(2);

    for (const cookie of ["", `${cookieName}=forged`, `${user.cookie}; ${cookieName}=planted`])
      expect(await ask(cookie)).toEqual({ status: 403, received: [] });
    const { cookie } = user;
    expect((await ask(cookie)).status).toBe(200);
    await user.logOut();
    expect(await ask(cookie)).toEqual({ status: 403, received: [] });
    await user.logIn("verified@example.com", "x");
    await api.end("SIGKILL");
    expect(await ask(user.cookie)).toEqual({ status: 500, received: [] });
    await nginx.stop();
    await application.close();
    await stores.close();
  });
});
