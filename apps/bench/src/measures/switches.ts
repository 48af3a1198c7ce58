import { requestBytes } from "../load/connection.ts";
import { SERVER_CPU } from "../machine.ts";
import { interleaved, median, ratiosOf } from "../rounds.ts";
import { posternSessions } from "../postern-users.ts";
import { digits, type Effort, type Section, spread } from "../section.ts";
import { migrate, type Stores } from "../stores.ts";
import { postern, posternOfTheCourse, startSystem } from "../system.ts";
import { checksOf } from "./checks.ts";

const SESSIONS = 1_000;
const AS_SHIPPED = "as shipped";

/** W1 with each feature on the path of a session check turned on or off. */
export async function measureSwitches(stores: Stores, effort: Effort): Promise<Section> {
  const env = { REDIS_URL: stores.redisUrl, DATABASE_URL: await stores.freshDatabase("switches") };
  migrate(env.DATABASE_URL);
  const cookies = await posternSessions(env, SESSIONS);
  const shipped = postern();
  const named = (cookie: string) => cookie.replace("session_id", "__Host-session_id");
  const ID = "0193aaaa-0000-4000-8000-000000000000";
  const withHeader = (line: string) => ({
    ...shipped,
    check: (cookie: string) =>
      Buffer.concat([
        requestBytes("GET", "/profile", { cookie: named(cookie) }).subarray(0, -2),
        Buffer.from(`${line}\r\n\r\n`),
      ]),
  });
  const variants = {
    [AS_SHIPPED]: shipped,
    "every request logged (LOG_LEVEL=debug)": postern({ LOG_LEVEL: "debug" }),
    "no log (LOG_LEVEL=silent)": postern({ LOG_LEVEL: "silent" }),
    "no HSTS, as the course's policy has it": posternOfTheCourse(12),
    "one listed origin (CORS_ORIGINS)": postern({ CORS_ORIGINS: "https://app.example.com" }),
    "trusted proxies (TRUSTED_PROXIES)": postern({ TRUSTED_PROXIES: "10.0.0.0/8" }),
    "the request id is the caller's": withHeader(`x-request-id: ${ID}`),
    "three other cookies come along": withHeader("cookie: a=1; theme=dark; lang=en"),
  };
  const running = new Map<string, Parameters<typeof checksOf>[0]>();
  for (const [name, system] of Object.entries(variants)) {
    const started = await startSystem(system, env, SERVER_CPU);
    running.set(name, { system: started, requests: cookies.map(system.check) });
  }
  const names = [...running.keys()];
  for (const name of names) await checksOf(running.get(name), effort.warmUpSeconds);
  const { rounds } = await interleaved(
    { rounds: effort.rounds, names, reference: AS_SHIPPED },
    (name) => checksOf(running.get(name), effort.isQuick ? 1 : 2),
    ({ perSecond }) => perSecond,
  );
  for (const one of running.values()) await one?.system.stop();
  const cpu = (name: string) =>
    ratiosOf(rounds, name, AS_SHIPPED, ({ cpuMicroseconds }) => cpuMicroseconds);
  return {
    title: "What each thing on the path costs",
    text:
      "As shipped: the strict policy, log level `info`, request ids, all security headers. Request ids and " +
      "headers cannot be turned off. Limits on attempts take no part in a session check.",
    table: {
      head: ["", "requests/s × as shipped", "CPU µs a request", "CPU × as shipped"],
      rows: names.map((name) => [
        name,
        spread(ratiosOf(rounds, name, AS_SHIPPED, ({ perSecond }) => perSecond)),
        digits(median(rounds.map((round) => round.get(name)?.cpuMicroseconds ?? Number.NaN))),
        spread(cpu(name)),
      ]),
    },
    findings: [
      {
        id: "switches.debug",
        says: "CPU of a check when every request is logged × as shipped",
        isBetterWhen: "lower",
        ratio: cpu("every request logged (LOG_LEVEL=debug)"),
      },
    ],
  };
}
