import { setTimeout as pause } from "node:timers/promises";
import {
  redisProgram,
  startHttpReceiver,
  startProxy,
  startRedis,
  startSmtpSink,
} from "@postern/test-servers";
import { Redis } from "ioredis";
import { postern, startApi, startWorker } from "../api-process.ts";
import { CLOSED, vouchForAll } from "../event-service.ts";
import { fullStores } from "../stores.ts";
import { type Effect, type Evidence, missingEffects, tally, type Tally } from "./checker.ts";
import { createTrap, STEPS } from "./failpoints.ts";
import { startTraffic } from "./traffic.ts";

export interface CrashOptions {
  readonly kills: number;
  readonly lanes: number;
  readonly endpoints: number;
  readonly onKill?: (count: number, step: string) => void;
}

/** A step that does not come for this long has no traffic. The run continues with the next one. */
const STEP_WITHIN_MS = 30_000;
/** A dead worker's jobs are taken over within a minute; some wait for several takeovers. */
const DRAINED_WITHIN_MS = 180_000;

/**
 * Kills the API and the worker with SIGKILL at every step of an event's path, again and again,
 * while people use the service. Then waits until nothing is left to do, and counts.
 */
export async function runCrashes({
  kills: wanted,
  lanes,
  endpoints: count,
  onKill,
}: CrashOptions): Promise<Tally> {
  const program = redisProgram();
  if (!program) throw new Error("needs a redis-server");
  const trap = createTrap();
  const effects: Effect[] = [];
  const now = () => performance.timeOrigin + performance.now();
  const [stores, redisServer] = await Promise.all([fullStores(), startRedis(program)]);
  const redisUrl = `redis://127.0.0.1:${redisServer.port}`;
  const redis = new Redis(redisUrl);
  const smtp = await startSmtpSink(({ message }) => {
    effects.push({ receiver: "mail", eventId: message.messageId?.slice(1, 37) ?? "", at: now() });
    trap.happened("after the mail");
    return "accept";
  });
  const receiver = await startHttpReceiver(({ path, headers }) => {
    effects.push({ receiver: path, eventId: String(headers["webhook-id"]), at: now() });
    trap.happened("after the webhook");
    return {};
  });

  const database = new URL(stores.environment["DATABASE_URL"] ?? "");
  const throughProxy = async (victim: "api" | "worker") => {
    const proxy = await startProxy(Number(database.port || 5432), trap.watch(victim));
    const url = new URL(database);
    url.host = `127.0.0.1:${proxy.port}`;
    return { proxy, environment: { ...environment, DATABASE_URL: url.href } };
  };
  const environment = {
    ...stores.environment,
    REDIS_URL: redisUrl,
    ...CLOSED,
    BCRYPT_COST: "4",
    LOG_LEVEL: "info",
    PUBLIC_URL: "http://127.0.0.1",
    SMTP_URL: smtp.url,
    MAIL_FROM: "Postern <no-reply@example.com>",
    WEBHOOK_ALLOW_NETWORKS: "127.0.0.0/8",
  };
  await vouchForAll(stores);
  const endpoints = Array.from({ length: count }, (_, index) => `/${index}`);
  for (const path of endpoints) {
    const { code, stderr } = await postern(environment, "webhooks", "add", receiver.url + path);
    if (code !== 0) throw new Error(stderr);
  }
  const [forApi, forWorker] = await Promise.all([throughProxy("api"), throughProxy("worker")]);
  let api = await startApi(forApi.environment);
  let worker = await startWorker(forWorker.environment);
  const traffic = startTraffic({ lanes, origin: () => api.origin, mails: smtp.received });
  const kills: { step: string; at: number }[] = [];
  const missed: string[] = [];

  for (let index = 0; kills.length < wanted && missed.length < wanted; index += 1) {
    const step = STEPS[index % STEPS.length];
    if (!step) break;
    const victim = step.victim === "api" ? api : worker;
    const kill = () => {
      victim.child.kill("SIGKILL");
      kills.push({ step: `${step.victim}: ${step.name}`, at: now() });
    };
    if (!(await trap.set(step, kill, STEP_WITHIN_MS))) {
      missed.push(step.name);
      continue;
    }
    onKill?.(kills.length, `${step.victim}: ${step.name}`);
    await victim.end("SIGKILL");
    if (step.victim === "api") api = await startApi(forApi.environment);
    else worker = await startWorker(forWorker.environment);
    await pause(Math.random() * 300);
  }

  await traffic.stop();
  const { acknowledged } = traffic;
  const evidence: Evidence = { stores, redis, acknowledged, effects, endpoints, kills };
  const deadline = Date.now() + DRAINED_WITHIN_MS;
  while (Date.now() < deadline && (await missingEffects(evidence)).length > 0) await pause(500);
  await pause(1_000); // time for repeats that should not come
  const result = await tally(evidence);
  await Promise.all([api.end("SIGTERM"), worker.end("SIGTERM")]);
  await Promise.all([
    forApi.proxy.close(),
    forWorker.proxy.close(),
    smtp.close(),
    receiver.close(),
  ]);
  redis.disconnect();
  await redisServer.stop();
  await stores.close();
  return result;
}
