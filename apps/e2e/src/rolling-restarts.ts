import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "@postern/test-servers";
import { type ApiProcess, startApi } from "./api-process.ts";
import { OPEN } from "./event-service.ts";
import { balance } from "./proxy-configs.ts";
import { fullStores } from "./stores.ts";
import { visitor } from "./visitor.ts";

const CALLERS = 16;
/** A log-in without fields, which is refused with 401. */
const WRITES_EVERY = 10;

/**
 * Asks on kept connections, with GET or, as HAProxy sends no write twice, with POST. Returns the
 * status, or 0 without an answer.
 */
const ask = (agent: Agent, port: number, cookie: string, method: string) =>
  new Promise<number>((resolve) => {
    const path = method === "GET" ? "/profile" : "/sessions";
    const options = { agent, port, host: "127.0.0.1", path, method, headers: { cookie } };
    const sending = request(options, (response) => {
      response.resume();
      response.once("end", () => resolve(response.statusCode ?? 0));
    });
    sending.once("error", () => resolve(0));
    sending.end();
  });

/**
 * Sends `count` requests through HAProxy, on kept connections, while two nodes restart in
 * turn. Returns how often each status came, and how many restarts there were. `perSecond`: at most
 * so many requests.
 */
export async function checksDuringRestarts(count: number, perSecond = Infinity) {
  const stores = await fullStores();
  const ports = [await freePort(), await freePort()];
  const environment = {
    ...stores.environment,
    ...OPEN,
    BCRYPT_COST: "4",
    TRUSTED_PROXIES: "127.0.0.0/8",
  };
  const start = (port: number) => startApi({ ...environment, PORT: String(port) });
  const nodes: ApiProcess[] = await Promise.all(ports.map(start));
  const balancer = await balance(ports);
  const user = visitor(nodes[0]?.origin ?? "");
  await user.register("kept@example.com", "x");
  await user.logIn("kept@example.com", "x");

  const statuses = new Map<number, number>();
  let sent = 0;
  const agent = new Agent({ keepAlive: true, maxSockets: CALLERS });
  const startedAt = performance.now();
  const caller = async () => {
    while (sent < count) {
      sent += 1;
      const dueAt = startedAt + (sent * 1_000) / perSecond;
      if (dueAt > performance.now()) await pause(dueAt - performance.now());
      const method = sent % WRITES_EVERY === 0 ? "POST" : "GET";
      const status = await ask(agent, balancer.port, user.cookie, method);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  const calling = Promise.all(Array.from({ length: CALLERS }, caller));
  let restarts = 0;
  let isDone = false;
  void calling.then(() => (isDone = true));
  // oxlint-disable-next-line no-unmodified-loop-condition
  while (!isDone) {
    const index = restarts % nodes.length;
    await nodes[index]?.end("SIGTERM");
    nodes[index] = await start(ports[index] ?? 0);
    restarts += 1;
  }
  await calling;
  agent.destroy();
  await balancer.stop();
  await Promise.all(nodes.map((node) => node.end()));
  await stores.close();
  return { statuses: Object.fromEntries(statuses), restarts };
}
