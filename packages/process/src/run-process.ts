/** A process that has started. */
interface Started {
  /** Says so, once it can be told to stop. */
  announce(): void;
  stop(signal: string): Promise<void>;
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** Runs a process from its start to SIGINT or SIGTERM. Whatever goes wrong is said in a sentence. */
export async function runProcess(start: () => Promise<Started>): Promise<void> {
  try {
    const started = await start();
    const signalled = new Promise<string>((resolve) => {
      for (const signal of SIGNALS) process.on(signal, resolve);
    });
    started.announce();
    const signal = await signalled;
    for (const one of SIGNALS) process.removeAllListeners(one); // a second one ends it at once
    await started.stop(signal);
    process.exit(0);
  } catch (error) {
    console.error(reasonFor(error));
    process.exit(1);
  }
}

/** What the error says, and what lay behind it. */
export function reasonFor(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error
    ? `${error.message}: ${reasonFor(error.cause)}`
    : error.message;
}
