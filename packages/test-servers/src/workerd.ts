import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { npmFolder } from "./runtimes.ts";
import { scratchFolder } from "./spawn-server.ts";

/** The part of Miniflare that is used here: it runs workerd as the platform does. */
interface Miniflare {
  readonly ready: Promise<URL>;
  dispose(): Promise<void>;
}
interface MiniflareModule {
  readonly Miniflare: new (options: object) => Miniflare;
}

/** Some CommonJS packages call `require`, which modules do not have. */
const BANNER =
  'import{createRequire as createRequireOf}from"node:module";const require=createRequireOf("/");';

interface Workerd {
  readonly origin: string;
  /** Size of the bundle. */
  readonly bytes: number;
  stop(): Promise<void>;
}

/** Bundles a worker for workerd, and runs it with these variables. */
export async function startWorkerd(
  entry: string,
  bindings: Readonly<Record<string, string>>,
): Promise<Workerd> {
  const modules = npmFolder("workerd", ["miniflare@4.20260730.0", "esbuild@0.28.2"]);
  const folder = scratchFolder(undefined);
  const file = join(folder, "worker.mjs");
  const options = ["--bundle", "--format=esm", "--platform=node", "--conditions=workerd,worker"];
  const outside = ["--external:cloudflare:*", "--external:pg-native", "--main-fields=module,main"];
  const args = [entry, ...options, ...outside, "--minify", `--outfile=${file}`];
  execFileSync(join(modules, ".bin/esbuild"), [...args, `--banner:js=${BANNER}`], {
    stdio: "pipe",
  });
  const contents = readFileSync(file, "utf8");
  const require = createRequire(join(modules, "x.js"));
  const { Miniflare } = require("miniflare") as MiniflareModule;
  const running = new Miniflare({
    modules: [{ type: "ESModule", path: "worker.mjs", contents }],
    compatibilityDate: "2026-07-01",
    compatibilityFlags: ["nodejs_compat"],
    host: "127.0.0.1",
    port: 0,
    bindings,
  });
  const { origin } = await running.ready;
  return {
    origin,
    bytes: contents.length,
    async stop() {
      await running.dispose();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
