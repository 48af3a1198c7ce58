import { execFileSync } from "node:child_process";
import { retry } from "./spawn-server.ts";

/**
 * Runs an image with `port` published on loopback, and waits until `ready` resolves. `undefined`:
 * no container engine answers.
 */
export async function startContainer(
  image: string,
  port: number,
  ready: (published: number) => Promise<void>,
  options: readonly string[] = [],
): Promise<{ readonly port: number; stop(): Promise<void> } | undefined> {
  const docker = (...args: string[]) =>
    execFileSync("docker", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    docker("info");
  } catch {
    return undefined; // no client, or no engine behind it
  }
  const id = docker(
    "run",
    "--rm",
    "--detach",
    "--publish",
    `127.0.0.1::${port}`,
    ...options,
    image,
  );
  const stop = async () => {
    docker("rm", "--force", id);
  };
  try {
    const published = Number(docker("port", id, `${port}/tcp`).split(":").at(-1));
    await retry(() => ready(published));
    return { port: published, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
