import { createHash } from "node:crypto";
import { type EventId, toEventJson, type EventJson, type UserEvent } from "@postern/domain";
import { errorFields } from "@postern/process";
import type { WebhookEndpoint, WebhookStore } from "@postern/postgres";
import { type Networks, postWebhook, signatureHeaders } from "@postern/webhooks";
import type { Job, JobInsert, PgBoss } from "pg-boss";
import { type Consumer, type Outcome, startConsumer } from "./consumer.ts";
import type { Retries } from "./queues.ts";

/** The queue of single deliveries: one event to one endpoint. */
export const DELIVERIES = "webhooks.deliveries";

export interface DeliveryData {
  readonly endpointId: string;
  readonly event: EventJson;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long after each failed attempt the next one is: ten attempts over three days. */
const SCHEDULE_MS = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];
/** So that what failed together is not tried together. */
const JITTER = 0.2;
/** An endpoint that asks for more is asked again all the same. */
const LONGEST_WAIT_MS = 24 * HOUR_MS;
const ANSWER_WITHIN_MS = 10 * SECOND_MS;
/** Endpoints that one worker talks to at once; with each of them, all workers together once. */
const AT_ONCE = 32;

/** These are the queue's own; they count when a worker died, for which no schedule was made. */
export const DELIVERY_RETRIES: Retries = {
  limit: SCHEDULE_MS.length,
  firstDelaySeconds: 1,
  longestDelaySeconds: 3_600,
};

/** When to try again after the attempt that had this many before it, and was told this. */
export function nextAttemptAt(now: Date, before: number, retryAfterMs = 0): Date {
  const planned = SCHEDULE_MS[before] ?? LONGEST_WAIT_MS;
  const jittered = planned * (1 + JITTER * (2 * Math.random() - 1));
  const waitMs = Math.min(Math.max(jittered, retryAfterMs), LONGEST_WAIT_MS * (1 + JITTER));
  return new Date(now.getTime() + waitMs);
}

/** The job of one event to one endpoint has always the same id, so it is queued once. RFC 9562, version 8. */
export function deliveryId(eventId: EventId, endpointId: string): string {
  const bytes = createHash("sha256").update(`${eventId} ${endpointId}`).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export function deliveriesOf(
  event: UserEvent,
  endpointIds: readonly string[],
): JobInsert<DeliveryData>[] {
  return endpointIds.map((endpointId) => ({
    id: deliveryId(event.id, endpointId),
    data: { endpointId, event: toEventJson(event) },
    group: { id: endpointId },
  }));
}

interface DeliveriesOptions {
  readonly boss: PgBoss;
  readonly store: WebhookStore;
  readonly networks: Networks;
  readonly onFault: (error: unknown, during: string) => void;
}

/**
 * Delivers to each endpoint on its own: one delivery under way to it at a time, so that one that
 * hangs costs nobody else more than a slot. What is for a paused endpoint stays where it is.
 */
export function startDeliveries({ boss, store, networks, onFault }: DeliveriesOptions): Consumer {
  async function perform({ data, retryCount }: Job<DeliveryData>): Promise<Outcome> {
    const endpoint = await store.find(data.endpointId);
    if (!endpoint) return { status: "completed" }; // removed, and with it whatever was for it
    if (endpoint.pausedAt) {
      const retryAt = new Date(Date.now() + MINUTE_MS); // a moment ago; from now on it is not fetched
      return { status: "failed", output: { message: "paused" }, retryAt };
    }
    const startedAt = performance.now();
    const answer = await attempt(endpoint, data.event, networks);
    await store
      .record({
        endpointId: endpoint.id,
        eventId: data.event.id,
        attempt: retryCount + 1,
        durationMs: Math.round(performance.now() - startedAt),
        status: answer.status,
        answer: answer.firstBytes,
      })
      .catch((error: unknown) => onFault(error, DELIVERIES)); // it was delivered all the same
    if (answer.status && answer.status >= 200 && answer.status < 300)
      return { status: "completed" };
    // 410: it wants no more. Whoever runs the service decides what becomes of the rest.
    if (answer.status === 410) await store.pause(endpoint.id, "gone");
    return again(answer.firstBytes, retryCount, answer.retryAfterMs);
  }

  const again = (message: string, before: number, retryAfterMs?: number): Outcome => ({
    status: "failed",
    output: { message },
    retryAt: nextAttemptAt(new Date(), before, retryAfterMs),
  });

  return startConsumer<DeliveryData>({
    boss,
    queue: DELIVERIES,
    atOnce: AT_ONCE,
    perform,
    onFault,
    fetching: async () => ({ groupConcurrency: 1, ignoreGroups: [...(await store.paused())] }),
  });
}

interface Answered {
  readonly status: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly firstBytes: string;
}

/** One signed POST of the event. No answer is an answer too. */
export async function attempt(
  { url, secrets }: Pick<WebhookEndpoint, "url" | "secrets">,
  event: EventJson,
  networks: Networks,
): Promise<Answered> {
  const at = new Date();
  const live = secrets.filter(({ until }) => until === undefined || new Date(until) > at);
  const body = JSON.stringify(event);
  try {
    const signing = { id: event.id, at, body, secrets: live.map(({ secret }) => secret) };
    const message = { body, headers: signatureHeaders(signing) };
    return await postWebhook(url, message, { networks, withinMs: ANSWER_WITHIN_MS });
  } catch (error) {
    const { message } = errorFields(error);
    return { status: undefined, firstBytes: String(message).slice(0, 256) };
  }
}
