import { initdbProgram, startPrimaryAndStandby, testServers } from "@postern/test-servers";
import pg from "pg";
import { expect, it } from "vitest";
import { migrate, startApi } from "./api-process.ts";
import { fullStores } from "./stores.ts";
import { visitor } from "./visitor.ts";

const initdb = initdbProgram();
const { redisUrl } = testServers();
const CALLERS = 6;

it.skipIf(!initdb || !redisUrl)(
  "a Postgres that fails over to a synchronous standby has every acknowledged user and log-out",
  async () => {
    const servers = await startPrimaryAndStandby(initdb ?? "", { isSynchronous: true });
    const { primary, standby } = servers;
    const DATABASE_URL = `postgres://postgres@127.0.0.1:${primary.port},127.0.0.1:${standby.port}/postgres`;
    await migrate({ DATABASE_URL });
    const stores = await fullStores({ isMigrated: false });
    const api = await startApi({ ...stores.environment, DATABASE_URL, BCRYPT_COST: "4" });

    const acknowledged: string[] = [];
    const ended: string[] = [];
    const statuses = new Map<number, number>();
    const over = new AbortController();
    const caller = async (name: number) => {
      for (let n = 0; !over.signal.aborted; n += 1) {
        const [email, person] = [`user-${name}-${n}@example.com`, visitor(api.origin)];
        const { status } = await person.register(email, "MyPwdOfBob");
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 200) acknowledged.push(email);
        if (status !== 200 || (await person.logIn(email, "MyPwdOfBob")).status !== 200) continue;
        const { cookie } = person;
        if ((await person.logOut()).status === 302) ended.push(cookie);
      }
    };
    const calling = Promise.all(Array.from({ length: CALLERS }, (_, n) => caller(n)));
    await expect.poll(() => ended.length, { timeout: 20_000 }).toBeGreaterThan(30);
    await primary.kill();
    const before = acknowledged.length;
    await standby.promote();
    await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(before + 30);
    over.abort();
    await calling;

    expect([...statuses.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([]);
    const client = new pg.Client(`postgres://postgres@127.0.0.1:${standby.port}/postgres`);
    await client.connect();
    const { rows } = await client.query<{ email: string }>("select email from postern.users");
    await client.end();
    const stored = new Set(rows.map(({ email }) => email));
    expect(acknowledged.filter((email) => !stored.has(email))).toEqual([]);
    const answers = await Promise.all(
      ended.map(async (cookie) => (await visitor(api.origin, cookie).profile()).status),
    );
    expect([...new Set(answers)]).toEqual([403]);
    await api.end();
    await Promise.all([standby.stop(), primary.stop(), stores.close()]);
  },
  90_000,
);
