/** A process that has started. */
export interface Started {
  /** Reports the start, once the process can be stopped. */
  announce(): void;
  stop(signal: string): Promise<void>;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

interface RunOptions {
  /**
   * A message of the parent process that stops this one. SIGINT does not stop it then: a terminal
   * sends it to the parent too.
   */
  readonly stopMessage?: string | undefined;
}

/** Runs a process until SIGINT or SIGTERM. Reports a failure as one sentence. */
export async function runProcess(
  start: () => Promise<Started>,
  { stopMessage }: RunOptions = {},
): Promise<void> {
  // Before the start: the parent may stop a process that is still starting.
  const stopped = new Promise<string>((resolve) => {
    if (stopMessage === undefined) return;
    process.on("message", (message) => message === stopMessage && resolve(stopMessage));
  });
  try {
    const started = await start();
    const signalled = new Promise<string>((resolve) => {
      const isLeft = (signal: string) => signal === "SIGINT" && stopMessage !== undefined;
      for (const signal of SIGNALS) process.on(signal, isLeft(signal) ? () => undefined : resolve);
    });
    started.announce();
    const signal = await Promise.race([signalled, stopped]);
    // A second signal ends the process at once.
    for (const one of SIGNALS) process.removeAllListeners(one);
    await started.stop(signal);
    process.exit(0);
  } catch (error) {
    console.error(reasonFor(error));
    process.exit(1);
  }
}

/** Returns the message of an error and of its causes. */
export function reasonFor(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error
    ? `${error.message}: ${reasonFor(error.cause)}`
    : error.message;
}
