import { EVENT_TYPES, type Seal } from "@postern/domain";
import { claimOutbox, type Schema } from "@postern/postgres";
import type { Kysely } from "kysely";
import type { PgBoss } from "pg-boss";
import { wakeableTimer } from "./wakeable-timer.ts";
import type { Consumer } from "./consumer.ts";
import { insertJobs } from "./queues.ts";
import type { Subscriber } from "./subscriber.ts";

interface RelayOptions {
  readonly db: Kysely<Schema>;
  readonly boss: PgBoss;
  readonly seal: Seal;
  readonly subscribers: readonly Subscriber[];
  readonly onFault: (error: unknown, during: string) => void;
  /** Called when there are new jobs. */
  readonly onJobs: () => void;
}

const MAX_BATCH_SIZE = 100;
/** How often the outbox is polled if no signal arrives. */
const POLL_MS = 1_000;
const AFTER_FAULT_MS = 1_000;

/** Moves events from the outbox to the queues until it is stopped. */
export function startRelay({
  db,
  boss,
  seal,
  subscribers,
  onFault,
  onJobs,
}: RelayOptions): Consumer {
  // The types that this release knows: each subscriber has an entry for them. Events of a newer
  // release stay in the outbox for its workers.
  const types = EVENT_TYPES.filter((type) => subscribers.every(({ on }) => type in on));
  const stopping = new AbortController();
  const { wake, sleep } = wakeableTimer();

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const claimed = await claimOutbox(
          db,
          { limit: MAX_BATCH_SIZE, types },
          (events, transaction) => insertJobs({ boss, seal }, subscribers, events, transaction),
        );
        if (claimed > 0) onJobs();
        if (claimed < MAX_BATCH_SIZE) await sleep(POLL_MS);
      } catch (error) {
        onFault(error, "outbox");
        await sleep(AFTER_FAULT_MS);
      }
    }
  }
  const running = run();
  return {
    wake,
    async stop() {
      stopping.abort();
      wake();
      await running;
    },
  };
}
