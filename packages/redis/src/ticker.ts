const EVERY_MS = 1_000;
/** However often it is woken. */
const MIN_PAUSE_MS = 100;

/** Runs a job every second, one at a time, and sooner if it is woken. Keeps no process alive. */
export function ticker(run: () => Promise<void>, onFault: (error: unknown) => void) {
  let isAwake = false;
  let isStopped = false;
  let running: Promise<void> | undefined;

  function runInTurn(): void {
    if (running || isStopped) return;
    isAwake = false;
    running = run()
      .catch(onFault)
      .finally(() => {
        running = undefined;
        if (isAwake) setTimeout(runInTurn, MIN_PAUSE_MS).unref();
      });
  }

  const timer = setInterval(runInTurn, EVERY_MS).unref();
  return {
    wake(): void {
      if (isAwake) return;
      isAwake = true;
      if (!running) setTimeout(runInTurn, MIN_PAUSE_MS).unref();
    },
    async stop(): Promise<void> {
      isStopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
