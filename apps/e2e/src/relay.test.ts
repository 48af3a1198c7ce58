import { rmSync } from "node:fs";
import { createClient } from "@postern/client";
import {
  type Certificates,
  createCertificates,
  postfixProgram,
  startPostfix,
  startSmtpSink,
  testServers,
} from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEventService } from "./event-service.ts";
import { anEmail, checkedFetch } from "./visitor.ts";

const PATIENCE = { timeout: 20_000, interval: 50 };

const program = postfixProgram();
if (!program) {
  const isRoot = process.getuid?.() === 0;
  if (process.env["CI"] && isRoot) throw new Error("no Postfix: CI must not skip a suite");
  console.warn("\n*** NO POSTFIX, OR NOT ROOT: ITS SUITE IS SKIPPED. ***\n");
}

describe.skipIf(!program || !testServers().redisUrl)("a relay without authentication", () => {
  let certificates: Certificates;
  beforeAll(() => {
    certificates = createCertificates(["IP:127.0.0.1"]);
  });
  afterAll(() => rmSync(certificates.folder, { recursive: true }));

  /** Registers a user. Returns who received mail behind the relay, and what the worker logged. */
  async function register(encrypts: boolean, settings: Record<string, string>) {
    const behind = await startSmtpSink();
    const relay = await startPostfix(
      program ?? "",
      Number(new URL(behind.url).port),
      encrypts ? certificates : undefined,
    );
    const service = await startEventService({
      environment: {
        POLICY: "strict",
        BCRYPT_COST: "10",
        SMTP_URL: `smtp://127.0.0.1:${relay.port}`,
        ...settings,
      },
    });
    const worker = await service.startWorker();
    const email = anEmail("relayed");
    const client = createClient({ baseUrl: service.api.origin, fetch: checkedFetch });
    expect((await client.register({ email, password: "seven green tortoises" })).ok).toBe(true);
    const ended = () => behind.received.length > 0 || worker.output.join().includes("will retry");
    await expect.poll(ended, PATIENCE).toBe(true);
    const mails = behind.received.map(({ from, recipients }) => [from, ...recipients]);
    await service.close();
    await relay.stop();
    await behind.close();
    return { mails, wanted: [["no-reply@example.com", email]], log: worker.output.join("\n") };
  }

  it("passes on a mail, in plain text", async () => {
    const { mails, wanted } = await register(false, {});
    expect(mails).toEqual(wanted);
  });

  it("passes on a mail by STARTTLS, with the CA in NODE_EXTRA_CA_CERTS", async () => {
    const { mails, wanted } = await register(true, { NODE_EXTRA_CA_CERTS: certificates.ca });
    expect(mails).toEqual(wanted);
  });

  it("receives nothing if its CA is unknown, unless the operator accepts that", async () => {
    const refused = await register(true, {});
    expect(refused.mails).toEqual([]);
    expect(refused.log).toMatch(/unable to verify|self-signed/);
    const { mails, wanted } = await register(true, { SMTP_TLS_UNVERIFIED: "true" });
    expect(mails).toEqual(wanted);
  });
});
