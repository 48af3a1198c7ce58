import { type SessionHistories, Unavailable } from "@postern/domain";
import { type RedisClient, withTimeout } from "./connect.ts";
import { type Fence, noFence, RENEW_EVERY_MS, sessionFence } from "./fence.ts";
import { markKeyOf } from "./partition.ts";
import { sessionReconciler } from "./reconciler.ts";
import { ticker } from "./ticker.ts";

interface OpenFenceOptions {
  readonly client: RedisClient;
  readonly histories: SessionHistories;
  /**
   * `off`: sessions that have ended may come back when Redis loses writes. `strict`: checks are
   * refused while Postgres is away. Default: `on`, checks go on then.
   */
  readonly mode?: "on" | "strict" | "off" | undefined;
  /** For a command: it certifies no history unless it is asked to. Default: false. */
  readonly isGuest?: boolean;
  /** Called with the number of partitions and the history of Redis that counts from now on. */
  readonly onCertified?: (partitions: number, history: string) => void;
  readonly onFault?: (error: unknown) => void;
}

export interface OpenedFence {
  readonly fence: Fence;
  /**
   * For an operator who has changed the data by hand: ends again whatever should have ended, and
   * returns how many partitions were certified.
   */
  recertify(): Promise<number>;
  close(): Promise<void>;
}

/**
 * Opens the fence of a process that lives on: it leases the histories of Redis, and helps to
 * certify new ones. Throws if Redis does not permit what the fence needs. A Redis that does not
 * answer yet is certified later.
 */
export async function openFence(options: OpenFenceOptions): Promise<OpenedFence> {
  const {
    client,
    histories,
    mode = "on",
    isGuest = false,
    onCertified,
    onFault = () => undefined,
  } = options;
  if (mode === "off")
    return { fence: noFence, recertify: async () => 0, close: async () => undefined };
  const reconciler = sessionReconciler({ client, histories, onCertified });
  await withTimeout(client.posternSurvey(markKeyOf("", 0))).catch((cause: unknown) => {
    if (cause instanceof Unavailable) return;
    const advice = "permit INFO in scripts (ACL: +info), or set REDIS_FENCE=off";
    throw new Error(`REDIS_URL: Redis does not say which history it has; ${advice}`, { cause });
  });
  const { recertify } = reconciler;
  const isNeeded = async () => !isGuest || (await isNew(histories));
  await isNeeded()
    .then(async (needed) => needed && (await reconciler.run()))
    .catch((error: unknown) => {
      if (!(error instanceof Unavailable)) throw error;
      onFault(error);
    });
  const goesOnWithoutPostgres = mode === "on";
  if (isGuest) {
    const fence = sessionFence(histories, { goesOnWithoutPostgres });
    return { fence, recertify, close: async () => undefined };
  }
  const { wake, stop } = ticker(reconciler.run, onFault);
  const fence = sessionFence(histories, { goesOnWithoutPostgres, onRefused: wake });
  // Also while nobody asks: Postgres may be away when somebody does.
  const renewing = setInterval(fence.renew, RENEW_EVERY_MS).unref();
  async function close(): Promise<void> {
    clearInterval(renewing);
    await stop();
  }
  return { fence, recertify, close };
}

const isNew = async (histories: SessionHistories): Promise<boolean> =>
  (await histories.read()).partitions.every(({ generation }) => generation === 0);
