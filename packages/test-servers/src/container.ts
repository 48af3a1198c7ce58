import { execFileSync } from "node:child_process";

/** Runs an image with `port` published on loopback, or `undefined` where no engine answers. */
export async function startContainer(
  image: string,
  port: number,
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
  const published = docker("port", id, `${port}/tcp`).split(":").at(-1);
  return {
    port: Number(published),
    stop: async () => {
      docker("rm", "--force", id);
    },
  };
}
