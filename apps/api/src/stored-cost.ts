const REFRESH_EVERY_MS = 60_000;

/** The highest bcrypt cost of a stored hash, as it was when it was last read. */
export interface StoredCost {
  readonly highest: () => number;
  stop(): void;
}

/**
 * Reads the highest cost of a stored hash now, and again every minute. A failure leaves the value
 * as it was.
 */
export async function followStoredCost(
  read: () => Promise<number>,
  onFault: (error: unknown) => void,
): Promise<StoredCost> {
  let highest = 0;
  const refresh = async () => {
    highest = await read();
  };
  await refresh().catch(onFault);
  const timer = setInterval(() => void refresh().catch(onFault), REFRESH_EVERY_MS);
  timer.unref();
  return { highest: () => highest, stop: () => clearInterval(timer) };
}
