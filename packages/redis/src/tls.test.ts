import { execFile } from "node:child_process";
import { rmSync } from "node:fs";
import { promisify } from "node:util";
import {
  type Certificates,
  createCertificates,
  redisProgram,
  startRedis,
} from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const program = redisProgram();

/** Connects in a process of its own, because Node reads the CA at its start. */
const SCRIPT = `
  import { connectRedis } from ${JSON.stringify(new URL("connect.ts", import.meta.url).href)};
  const faults = [];
  const redis = await connectRedis(process.argv[1], (error) => faults.push(error.code));
  const answer = await redis.ping().then(() => "connected", () => faults[0]);
  console.log(answer);
  await redis.close();`;

/** The server's certificate names `localhost`, but not `127.0.0.1`. */
describe.skipIf(!program)("a connection to a Redis with a private CA", () => {
  let server: Awaited<ReturnType<typeof startRedis>>;
  let [own, other]: Certificates[] = [];
  beforeAll(async () => {
    if (!program) throw new Error("no Redis");
    [own, other] = [createCertificates(["DNS:localhost"]), createCertificates(["DNS:localhost"])];
    server = await startRedis(program, own);
  });
  afterAll(async () => {
    await server.stop();
    for (const one of [own, other]) if (one) rmSync(one.folder, { recursive: true });
  });

  async function connected(host: string, ca: string | undefined): Promise<string> {
    const env = { ...(ca && { NODE_EXTRA_CA_CERTS: ca }) };
    const url = `rediss://${host}:${server.tlsPort}`;
    const args = [
      "--input-type=module",
      "--disable-warning=ExperimentalWarning",
      "-e",
      SCRIPT,
      url,
    ];
    const { stdout } = await promisify(execFile)(process.execPath, args, { env });
    return stdout.trim();
  }

  it("is verified with NODE_EXTRA_CA_CERTS, and refused without it or with another CA", async () => {
    expect(await connected("localhost", own?.ca)).toBe("connected");
    expect(await connected("127.0.0.1", own?.ca)).toBe("ERR_TLS_CERT_ALTNAME_INVALID");
    const UNKNOWN = /UNABLE_TO_VERIFY|SELF_SIGNED|CERT_SIGNATURE/;
    expect(await connected("localhost", other?.ca)).toMatch(UNKNOWN);
    expect(await connected("localhost", undefined)).toMatch(UNKNOWN);
  });
});
