import { initdbProgram, startPrimaryAndStandby } from "@postern/test-servers";
import { afterEach, describe, expect, it } from "vitest";
import { connectPostgres, type PostgresConnection } from "./connect.ts";
import { listenPostgres } from "./listen.ts";
import { urlsOfHosts } from "./servers.ts";

const PATIENCE = { timeout: 20_000, interval: 50 };
const initdb = initdbProgram();

it.each([
  ["postgres://u:p@a/db", ["postgres://u:p@a/db"]],
  ["postgres://u:p@a:1,b:2/db?x=y", ["postgres://u:p@a:1/db?x=y", "postgres://u:p@b:2/db?x=y"]],
  ["postgres://a,[::1]:2/db", ["postgres://a/db", "postgres://[::1]:2/db"]],
  ["postgres://u:p,q@a/db", ["postgres://u:p,q@a/db"]],
  [
    "postgres://u@/db?host=a,b&port=1,2",
    ["postgres://u@/db?host=a&port=1", "postgres://u@/db?host=b&port=2"],
  ],
  [
    "postgres://u@/db?host=a,b&port=1",
    ["postgres://u@/db?host=a&port=1", "postgres://u@/db?host=b&port=1"],
  ],
])("reads the hosts of %s", (url, urls) => {
  expect(urlsOfHosts(url).map(decodeURIComponent)).toEqual(urls);
});

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
});
