import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { startSmtpSink, testServers } from "@postern/test-servers";
import { describe, expect, it } from "vitest";
import pg from "pg";
import { startApi, startWorker } from "./api-process.ts";
import { mailing } from "./event-service.ts";
import { tokenIn } from "./deployments.ts";
import { fullStores } from "./stores.ts";
import { anEmail, visitor } from "./visitor.ts";

const PATIENCE = { timeout: 30_000, interval: 50 };
const PASSWORD = "seven green tortoises";

/** Returns the statements of the document, for roles of this test. */
function statements(suffix: string): string {
  const path = new URL("../../../docs/operating/configuration.md", import.meta.url);
  const [, sql = ""] = /```sql\n([\s\S]*?)```/.exec(readFileSync(path, "utf8")) ?? [];
  return sql.replaceAll(/postern_(api|worker)/g, `postern_$1_${suffix}`);
}

describe.skipIf(!testServers().redisUrl)("the roles of the database", () => {
  it("let the API and the worker do all they do, and the API define nothing", async () => {
    const stores = await fullStores();
    const suffix = randomBytes(4).toString("hex");
    await stores.query(statements(suffix));
    const urlOf = (role: string) => {
      const url = new URL(stores.environment["DATABASE_URL"] ?? "");
      Object.assign(url, { username: `${role}_${suffix}`, password: "change-me" });
      return url.href;
    };
    const smtp = await startSmtpSink();
    const environment = {
      ...mailing(stores, smtp),
      POLICY_VERIFICATION_ON_REGISTRATION: "true",
    };
    const api = await startApi({ ...environment, DATABASE_URL: urlOf("postern_api") });
    const worker = await startWorker({ ...environment, DATABASE_URL: urlOf("postern_worker") });

    const email = anEmail("role");
    const bob = visitor(api.origin);
    expect((await bob.register(email, PASSWORD)).status).toBe(202);
    const mails = () => smtp.received.map(({ message }) => message.text ?? "");
    await expect.poll(() => tokenIn(mails()), PATIENCE).not.toBe("");
    const fields = { token: tokenIn(mails()), password: PASSWORD };
    expect((await bob.send("PUT", "/email_verification", fields)).status).toBe(200);
    expect((await bob.logIn(email, PASSWORD)).status).toBe(200);
    expect((await bob.send("GET", "/profile/export")).status).toBe(200);
    expect((await bob.send("DELETE", "/profile", {})).status).toBe(200);
    const left = async () => {
      const rows = await stores.query(
        "select from postern_queues.job where name = 'erasure' and state = 'completed'",
      );
      return rows.length;
    };
    await expect.poll(left, PATIENCE).toBe(1);

    const client = new pg.Client({ connectionString: urlOf("postern_api") });
    await client.connect();
    for (const definition of [
      "create table postern.mine (id int)",
      "alter table postern.users add column mine int",
      "drop table postern.events",
      "create schema mine",
      "create function postern.mine() returns int language sql as 'select 1'",
      "truncate postern.users",
      "select * from postern_queues.job",
    ]) {
      await expect(client.query(definition)).rejects.toThrow(/permission denied|must be owner/);
    }
    await client.end();
    await Promise.all([api.end("SIGTERM"), worker.end("SIGTERM")]);
    for (const role of ["postern_api", "postern_worker"]) {
      await stores.query(`drop owned by ${role}_${suffix} cascade; drop role ${role}_${suffix}`);
    }
    await smtp.close();
    await stores.close();
  });
});
