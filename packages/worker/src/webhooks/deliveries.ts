import { toEventJson, type UserEvent } from "@postern/domain";
import type { WebhookStore } from "@postern/postgres";
import type { Networks } from "@postern/webhooks";
import type { PgBoss } from "pg-boss";
import { startConsumer } from "../consumer.ts";
import { webhookDeliverer } from "./deliver.ts";
import { endpointConsumers } from "./endpoint-consumers.ts";
import { type DeliveryData, queueOf } from "./endpoint-queue.ts";

/**
 * Deliveries to one endpoint: a quick endpoint gets one after the other, and never more than a few.
 */
const [AT_ONCE, STAGGER_MS] = [4, 1_000];
/** How often a queue is polled for retries that are due. */
const POLL_MS = 5_000;
/** How often endpoints that were added, paused or resumed are noticed. */
const RECONCILE_EVERY_MS = 2_000;

interface DeliveriesOptions {
  readonly boss: PgBoss;
  readonly store: WebhookStore;
  readonly networks: Networks;
  readonly keepDays: number;
  readonly onFault: (error: unknown, during: string) => void;
}

export interface Deliveries {
  /**
   * Queues one delivery to each endpoint that wants events of this type. Repeating it is harmless.
   */
  enqueue(event: UserEvent): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Delivers to each endpoint independently: one that hangs delays no other. Deliveries to a paused
 * endpoint wait in its queue until it is resumed.
 */
export async function startDeliveries(options: DeliveriesOptions): Promise<Deliveries> {
  const { boss, store, networks, keepDays, onFault } = options;
  const deliverer = webhookDeliverer({
    store,
    networks,
    pausedRetryMs: 2 * RECONCILE_EVERY_MS,
    reconcile: () => consumers.reconcile(),
    onFault,
  });
  const consumers = endpointConsumers({
    boss,
    store,
    keepDays,
    reconcileEveryMs: RECONCILE_EVERY_MS,
    onFault,
    startConsumer: (endpointId) =>
      startConsumer<DeliveryData>({
        boss,
        queue: queueOf(endpointId),
        atOnce: AT_ONCE,
        staggerMs: STAGGER_MS,
        pollMs: POLL_MS,
        mayFetch: () => deliverer.mayDeliver(endpointId),
        perform: (job) => deliverer.perform(endpointId, job),
        onFault,
      }),
  });
  await store.sealAgain((error, endpointId) => onFault(error, queueOf(endpointId)));
  await consumers.start();
  return {
    async enqueue(event) {
      for (const endpointId of await store.listening(event.type)) {
        await consumers.open(endpointId);
        const data: DeliveryData = { endpointId, event: toEventJson(event) };
        await boss.insert(queueOf(endpointId), [{ id: event.id, data }]);
        consumers.wake(endpointId);
      }
    },
    stop: () => consumers.stop(),
  };
}
