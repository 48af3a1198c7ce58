import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { closedLoop } from "../load/closed-loop.ts";
import { SERVER_CPU } from "../machine.ts";
import { posternSessions } from "../postern-users.ts";
import { migrate, type Stores } from "../stores.ts";
import { postern, startSystem } from "../system.ts";

interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { functionName: string; url: string; lineNumber: number };
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Profiles the CPU of a session check: µs per request by function and place, the largest first. */
export async function profileChecks(stores: Stores, seconds: number) {
  const env = {
    REDIS_URL: stores.redisUrl,
    DATABASE_URL: await stores.freshDatabase("profile"),
  };
  migrate(env.DATABASE_URL);
  const cookies = await posternSessions(env, 1_000);
  const folder = mkdtempSync(join(tmpdir(), "postern-profile-"));
  const system = postern();
  const nodeArgs = ["--cpu-prof", `--cpu-prof-dir=${folder}`, "--cpu-prof-interval=200"];
  const running = await startSystem({ ...system, nodeArgs }, env, SERVER_CPU);
  const requests = cookies.map(system.check);
  const { perSecond } = await closedLoop({
    port: running.port,
    connections: 64,
    durationMs: seconds * 1000,
    request: (n) => requests[n % requests.length] as Buffer,
  });
  await running.stop("SIGTERM"); // gracefully, so that the profile is written
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  rmSync(folder, { recursive: true });
  const profiles = files.map((text) => JSON.parse(text) as CpuProfile);
  const [largest] = profiles.toSorted((one, other) => other.samples.length - one.samples.length);
  if (!largest) throw new Error("no profile was written");
  return selfTimes(largest, perSecond * seconds);
}

function selfTimes({ nodes, samples, timeDeltas }: CpuProfile, requests: number) {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const [byFunction, byPlace] = [new Map<string, number>(), new Map<string, number>()];
  for (const [n, id] of samples.entries()) {
    const frame = frames.get(id);
    if (!frame || frame.functionName === "(idle)") continue;
    const us = (timeDeltas[n] ?? 0) / requests;
    const place = placeOf(frame.url, frame.functionName);
    const name = `${frame.functionName || "(anonymous)"} ${place}:${frame.lineNumber + 1}`;
    byFunction.set(name, (byFunction.get(name) ?? 0) + us);
    byPlace.set(place, (byPlace.get(place) ?? 0) + us);
  }
  const ranked = (times: Map<string, number>) => [...times].toSorted(([, a], [, b]) => b - a);
  return { byFunction: ranked(byFunction), byPlace: ranked(byPlace) };
}

/** A package, a part of Node, or one of our files. */
function placeOf(url: string, functionName: string): string {
  if (url === "") return functionName.startsWith("(") ? functionName : "V8";
  const inPackage = /node_modules\/(?!\.pnpm)((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(url);
  return inPackage?.[1] ?? /(?:packages|apps)\/.*$/.exec(url)?.[0] ?? url;
}
