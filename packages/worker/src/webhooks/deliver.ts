import type { WebhookEndpoint, WebhookStore } from "@postern/postgres";
import type { Networks } from "@postern/webhooks";
import type { Job } from "pg-boss";
import type { Outcome } from "../consumer.ts";
import { attempt } from "./attempt.ts";
import { type DeliveryData, queueOf } from "./endpoint-queue.ts";
import { MAX_WAIT_MS, nextAttemptAt } from "./retry-schedule.ts";

interface DelivererOptions {
  readonly store: WebhookStore;
  readonly networks: Networks;
  /** Waits before a delivery to a paused endpoint is tried again. */
  readonly pausedRetryMs: number;
  /** Called after an endpoint was found paused or gone, so that its deliveries stop. */
  readonly reconcile: () => Promise<void>;
  readonly onFault: (error: unknown, during: string) => void;
}

/** Delivers events to endpoints, one job at a time. */
export function webhookDeliverer(options: DelivererOptions) {
  const { store, networks, reconcile, onFault } = options;
  /** The time before which an endpoint asked us not to send, by this process' clock. */
  const notBefore = new Map<string, number>();

  async function deliver({ data, retryCount }: Job<DeliveryData>): Promise<Outcome> {
    const endpoint = await store.find(data.endpointId);
    if (!endpoint) return { status: "completed" }; // it was removed, with all its deliveries
    if (endpoint.pausedAt) {
      await reconcile(); // it was paused a moment ago; from now on no job is fetched
      const retryAt = new Date(Date.now() + options.pausedRetryMs);
      return { status: "failed", output: { message: "paused" }, retryAt };
    }
    const {
      status = 0,
      firstBytes: message,
      retryAfterMs,
    } = await send(endpoint, data, retryCount);
    if (status >= 200 && status < 300) return { status: "completed" };
    if (status === 410) {
      // The endpoint wants no more events. The operator decides what happens to the waiting ones.
      await store.pause(endpoint.id, "gone");
      await reconcile();
    }
    if (retryAfterMs) notBefore.set(endpoint.id, Date.now() + Math.min(retryAfterMs, MAX_WAIT_MS));
    const retryAt = nextAttemptAt(new Date(), retryCount, retryAfterMs);
    return { status: "failed", output: { message }, retryAt };
  }

  /** Makes one attempt, and records it. */
  async function send(endpoint: WebhookEndpoint, { event }: DeliveryData, retryCount: number) {
    const startedAt = performance.now();
    const target = { url: endpoint.url, secrets: store.secretsOf(endpoint) };
    const result = await attempt(target, event, networks);
    const record = {
      endpointId: endpoint.id,
      eventId: event.id,
      attempt: retryCount + 1,
      durationMs: Math.round(performance.now() - startedAt),
      status: result.status,
      answer: result.firstBytes,
    };
    // Without the record the event is delivered all the same.
    await store.record(record).catch((error: unknown) => onFault(error, queueOf(endpoint.id)));
    return result;
  }

  return {
    mayDeliver: (endpointId: string) => Date.now() >= (notBefore.get(endpointId) ?? 0),

    /** A fault of ours is not an answer of the endpoint. It is retried by the same schedule. */
    perform: (endpointId: string, job: Job<DeliveryData>): Promise<Outcome> =>
      deliver(job).catch((error: unknown): Outcome => {
        onFault(error, queueOf(endpointId));
        const retryAt = nextAttemptAt(new Date(), job.retryCount);
        return { status: "failed", output: {}, retryAt };
      }),
  };
}
