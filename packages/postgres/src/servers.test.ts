import { initdbProgram, startPrimaryAndStandby } from "@postern/test-servers";
import { afterEach, describe, expect, it } from "vitest";
import { connectPostgres, type PostgresConnection } from "./connect.ts";
import { listenPostgres } from "./listen.ts";

const PATIENCE = { timeout: 20_000, interval: 50 };
const initdb = initdbProgram();

describe.skipIf(!initdb)("a primary and its standby", () => {
  const opened: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });
  async function servers() {
    const { primary, standby } = await startPrimaryAndStandby(initdb ?? "");
    opened.push({ close: standby.stop }, { close: primary.stop });
    return { primary, standby };
  }
  function connect(url: string): PostgresConnection {
    const connection = connectPostgres({ url });
    opened.unshift(connection);
    return connection;
  }
  const portOf = async ({ execute }: PostgresConnection) => {
    const { rows } = await execute("select current_setting('port')::int as port");
    return (rows[0] as { port: number }).port;
  };

  it("the primary is used, in any order, and after it failed the promoted standby", async () => {
    const { primary, standby } = await servers();
    const hosts = [standby, primary].map(({ port }) => `127.0.0.1:${port}`).join(",");
    const url = `postgres://postgres@${hosts}/postgres`;
    const connections = [
      "",
      "?target_session_attrs=read-write",
      "?target_session_attrs=primary",
    ].map((parameters) => connect(url + parameters));
    const signals: string[] = [];
    const listener = listenPostgres({
      url,
      channels: ["postern$outbox"],
      onSignal: (_, text) => signals.push(text),
      onError: () => undefined,
    });
    opened.unshift(listener);
    expect(await Promise.all(connections.map(portOf))).toEqual(Array(3).fill(primary.port));
    await expect.poll(() => signals, PATIENCE).toHaveLength(1);

    await primary.stop();
    await expect(portOf(connections[0] as PostgresConnection)).rejects.toThrow("does not answer");
    await standby.promote();
    for (const connection of connections) {
      const port = () => portOf(connection).catch(() => 0);
      await expect.poll(port, PATIENCE).toBe(standby.port);
    }
    await expect.poll(() => signals, PATIENCE).toHaveLength(2); // it listens at the new primary
    await connections[0]?.execute("notify \"postern$outbox\", 'promoted'");
    await expect.poll(() => signals, PATIENCE).toContain("promoted");
  }, 60_000);

  it("a lone standby is refused if the URL asks for a server that takes writes", async () => {
    const { standby } = await servers();
    const url = `postgres://postgres@127.0.0.1:${standby.port}/postgres`;
    for (const kind of ["read-write", "primary"]) {
      const connection = connect(`${url}?target_session_attrs=${kind}`);
      await expect(connection.ping()).rejects.toMatchObject({
        cause: { message: "no server takes writes" },
      });
    }
    await expect(connect(url).ping()).resolves.toBeUndefined();
  }, 60_000);

  it("a server that becomes read-only is left, by idle connections and by the listener too", async () => {
    const { primary, standby } = await servers();
    const url = `postgres://postgres@127.0.0.1:${primary.port},127.0.0.1:${standby.port}/postgres`;
    const [busy, idle] = [connect(url), connect(url)];
    const loyal = connect(`${url}?target_session_attrs=primary`);
    expect(await Promise.all([busy, idle, loyal].map(portOf))).toEqual(Array(3).fill(primary.port));
    const signals: string[] = [];
    const channels = ["postern$outbox"];
    const onSignal = (_: string, text: string) => void signals.push(text);
    opened.unshift(listenPostgres({ url, channels, onSignal, onError: () => undefined }));
    await expect.poll(() => signals, PATIENCE).toHaveLength(1);

    const admin = connect(`postgres://postgres@127.0.0.1:${primary.port}/postgres`);
    await standby.promote();
    await admin.execute("alter system set default_transaction_read_only = on");
    await admin.execute("select pg_reload_conf()");
    // The setting reaches connections a moment later. Until then `pg_catalog` refuses the table.
    const refusal = () => busy.execute("create table refused ()").catch(String);
    await expect.poll(refusal, PATIENCE).toContain("does not answer");
    expect(await portOf(busy)).toBe(standby.port);
    expect(await portOf(loyal)).toBe(primary.port); // it is no standby

    await admin.execute(`
      select pg_terminate_backend(pid) from pg_stat_activity
      where pid <> pg_backend_pid() and backend_type = 'client backend'`);
    await expect.poll(() => portOf(idle).catch(() => 0), PATIENCE).toBe(standby.port);
    await expect.poll(() => signals, PATIENCE).toHaveLength(2);
    await busy.execute("notify \"postern$outbox\", 'moved'");
    await expect.poll(() => signals, PATIENCE).toContain("moved");
  }, 60_000);

  it("a pool that is full looks for no other server, and goes on with its connections", async () => {
    const { primary, standby } = await servers();
    const admin = connect(`postgres://postgres@127.0.0.1:${primary.port}/template1`);
    await admin.execute("create database busy");
    const hosts = `127.0.0.1:${primary.port},127.0.0.1:${standby.port}`;
    const url = `postgres://postgres@${hosts}/busy`;
    const connection = connectPostgres({ url, maxConnections: 1, statementTimeoutMs: 3_000 });
    opened.unshift(connection);
    await connection.ping();
    await admin.execute("alter database busy allow_connections false");
    const sleeping = connection.execute("select pg_sleep(1.5)");
    await expect(connection.ping()).rejects.toThrow("does not answer");
    await sleeping;
    await expect(connection.ping()).resolves.toBeUndefined();
  }, 60_000);

  it("says why no server can be used, and not only that the standby is read-only", async () => {
    const { standby } = await servers();
    const down = connect(`postgres://postgres@127.0.0.1:${standby.port},127.0.0.1:1/postgres`);
    await expect(down.ping()).rejects.toMatchObject({
      cause: { message: "no server takes writes", cause: { code: "ECONNREFUSED" } },
    });
    const wrong = connect(
      `postgres://nobody@127.0.0.1:${standby.port},127.0.0.1:${standby.port}/postgres`,
    );
    await expect(wrong.ping()).rejects.toThrow('role "nobody" does not exist');
  }, 60_000);
});
