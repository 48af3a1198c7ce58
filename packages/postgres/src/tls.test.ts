import { rmSync } from "node:fs";
import {
  type Certificates,
  createCertificates,
  initdbProgram,
  startPostgres,
} from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectPostgres } from "./connect.ts";

const initdb = initdbProgram();

/** The server's certificate names `localhost`, but not `127.0.0.1`. */
describe.skipIf(!initdb)("a connection to a Postgres with a private CA", () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let [own, other]: Certificates[] = [];
  beforeAll(async () => {
    [own, other] = [createCertificates(["DNS:localhost"]), createCertificates(["DNS:localhost"])];
    server = await startPostgres(initdb ?? "", {
      ssl: "on",
      ssl_cert_file: own.cert,
      ssl_key_file: own.key,
      unix_socket_directories: own.folder,
    });
  });
  afterAll(async () => {
    await server.stop();
    for (const one of [own, other]) if (one) rmSync(one.folder, { recursive: true });
  });

  /** Returns whether the connection is encrypted, or why there is none. */
  async function connected(url: string): Promise<boolean | string> {
    const connection = connectPostgres({ url });
    try {
      const { rows } = await connection.execute(
        "select ssl from pg_stat_ssl where pid = pg_backend_pid()",
      );
      return (rows[0] as { ssl: boolean }).ssl;
    } catch (error) {
      const { cause } = error as { cause?: { code?: string } };
      return cause?.code ?? String(error);
    } finally {
      await connection.close();
    }
  }

  const MISMATCH = "ERR_TLS_CERT_ALTNAME_INVALID";
  const UNKNOWN =
    /^(UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN|CERT_SIGNATURE_FAILURE)$/;

  it.each([
    ["127.0.0.1", "", false],
    ["127.0.0.1", "?sslmode=disable", false],
    ["127.0.0.1", "?sslmode=require", true],
    ["127.0.0.1", "?sslmode=require&sslrootcert=OWN", true],
    ["127.0.0.1", "?sslmode=require&sslrootcert=OTHER", expect.stringMatching(UNKNOWN)],
    ["127.0.0.1", "?sslmode=verify-ca&sslrootcert=OWN", true],
    ["127.0.0.1", "?sslmode=verify-ca&sslrootcert=OTHER", expect.stringMatching(UNKNOWN)],
    ["localhost", "?sslmode=verify-full&sslrootcert=OWN", true],
    ["127.0.0.1", "?sslmode=verify-full&sslrootcert=OWN", MISMATCH],
    ["localhost", "?sslmode=verify-full&sslrootcert=OTHER", expect.stringMatching(UNKNOWN)],
    ["localhost", "?sslmode=verify-full", expect.stringMatching(UNKNOWN)],
  ])("to %s with %j: encrypted, or the error: %s", async (host, parameters, wanted) => {
    const given = parameters.replace("OWN", own?.ca ?? "").replace("OTHER", other?.ca ?? "");
    const url = `postgres://postgres@${host}:${server.port}/postgres${given}`;
    expect(await connected(url)).toEqual(wanted);
  });

  it("is made through a Unix socket, named in the host or in a parameter", async () => {
    const folder = own?.folder ?? "";
    const { port } = server;
    for (const url of [
      `postgres://postgres@${encodeURIComponent(folder)}:${port}/postgres`,
      `postgres://postgres@/postgres?host=${folder}&port=${port}`,
    ])
      expect(await connected(url)).toBe(false);
  });

  it("fails at once if the CA file is not there", () => {
    const url = "postgres://postgres@localhost/postgres?sslmode=verify-full&sslrootcert=/none";
    expect(() => connectPostgres({ url })).toThrow(
      "DATABASE_URL: cannot be used (a file of it: ENOENT)",
    );
  });
});
