import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { exitOf } from "./api-process.ts";
import { mailing } from "./event-service.ts";
import { fullStores } from "./stores.ts";
import { startSmtpSink } from "@postern/test-servers";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const read = (file: string) => readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8");

it.each([
  ["api", /listens on/],
  ["worker", /worker ready/],
])("the unit of the %s starts it so that SIGTERM reaches it", async (name, ready) => {
  const unit = read(`docs/operating/systemd/postern-${name}.service`);
  const [, command = ""] = /^ExecStart=\/usr\/bin\/node (.+)$/m.exec(unit) ?? [];
  const stores = await fullStores();
  const smtp = await startSmtpSink();
  const { PATH = "" } = process.env;
  const env = { PATH, ...mailing(stores, smtp), HOST: "127.0.0.1", PORT: "0" };
  const child = spawn(process.execPath, [command], {
    cwd: ROOT,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  await new Promise<void>((resolve) => {
    createInterface(child.stdout).on("line", (line) => ready.test(line) && resolve());
  });
  child.kill("SIGTERM");
  expect(await exitOf(child)).toBe(0);
  await smtp.close();
  await stores.close();
});

it("no unit, image or composition runs as root, or contains settings", () => {
  for (const name of ["api", "worker"]) {
    const unit = read(`docs/operating/systemd/postern-${name}.service`);
    for (const line of ["DynamicUser=yes", "NoNewPrivileges=yes", "CapabilityBoundingSet=\n"])
      expect(unit).toContain(line);
  }
  expect(read("Dockerfile")).toMatch(/^USER node$/m);
  expect(read(".dockerignore").split("\n")).toContain(".env*");
});

it("every service of the composition that listens has a health check", () => {
  const services = read("compose.yaml").split(/\n {2}(?=\w+:\n)/);
  for (const name of ["api", "postgres", "redis"])
    expect(services.find((text) => text.startsWith(`${name}:`))).toContain("healthcheck:");
});
