import { setTimeout as pause } from "node:timers/promises";
import { type EventJson, toEventJson, type UserEvent } from "@postern/domain";
import { errorFields } from "@postern/process";
import type { WebhookSecret, WebhookStore } from "@postern/postgres";
import { type Networks, postWebhook, signatureHeaders, toPlainText } from "@postern/webhooks";
import type { Job, PgBoss } from "pg-boss";
import { type Consumer, type Outcome, startConsumer } from "./consumer.ts";
import { MOST_QUEUES, openQueue, type Retries } from "./queues.ts";

/** Each endpoint has a queue of its own, so that what waits for one is in nobody else's way. */
const queueOf = (endpointId: string) => `webhooks.${endpointId}`;
/** What could not be delivered in the end, to whichever endpoint. */
const DEAD_LETTERS = "webhooks.deliveries.dead";

const OF_ENDPOINT = /^webhooks\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
export const isDelivery = (queue: string): boolean => OF_ENDPOINT.test(queue);

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
/** To one endpoint: quick ones one after the other, and never more than a few. */
const [AT_ONCE, STAGGER_MS] = [4, 1_000];
/** How often endpoints that were added, paused or resumed are looked for; and attempts that are due. */
const LOOK_EVERY_MS = 2_000;
const POLL_MS = 5_000;

/** These are the queue's own; they count when a worker died, for which no schedule was made. */
const RETRIES: Retries = {
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

interface DeliveriesOptions {
  readonly boss: PgBoss;
  readonly store: WebhookStore;
  readonly networks: Networks;
  readonly keepDays: number;
  readonly onFault: (error: unknown, during: string) => void;
}

export interface Deliveries {
  /** Queues a delivery to each endpoint that wants events of this type; once, however often asked. */
  enqueue(event: UserEvent): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Delivers to each endpoint by itself: one that hangs holds up no other. What is for a paused endpoint
 * waits in its queue until it is resumed.
 */
export async function startDeliveries(options: DeliveriesOptions): Promise<Deliveries> {
  const { boss, store, networks, keepDays, onFault } = options;
  /** Endpoints that have a queue. */
  const opened = new Set<string>();
  const consumers = new Map<string, Consumer>();
  /** Those that finish what is under way for an endpoint that was paused. */
  const leaving = new Set<Promise<void>>();
  /** Until when an endpoint has asked to be left alone, by the clock of this process. */
  const notBefore = new Map<string, number>();
  const stopping = new AbortController();

  const configured = new Set<string>();
  async function open(endpointId: string): Promise<void> {
    if (configured.has(endpointId)) return;
    const settings = { keepDays, retries: RETRIES, deadLetter: DEAD_LETTERS };
    await openQueue(boss, queueOf(endpointId), settings);
    opened.add(endpointId);
    configured.add(endpointId);
  }

  /** Begins to deliver to who is new or resumed, stops for who is paused, and forgets who is gone. */
  async function look(): Promise<void> {
    const known = [...opened]; // before the others: who is added meanwhile is not taken for removed
    const { active, paused } = await store.ids();
    for (const [endpointId, consumer] of consumers) {
      if (active.includes(endpointId)) continue;
      consumers.delete(endpointId);
      const left = consumer.stop().catch((error: unknown) => onFault(error, queueOf(endpointId)));
      leaving.add(left);
      void left.then(() => leaving.delete(left));
    }
    for (const endpointId of known) {
      if (active.includes(endpointId) || paused.includes(endpointId)) continue;
      await forget(endpointId).catch((error: unknown) => onFault(error, queueOf(endpointId)));
    }
    for (const endpointId of active) {
      if (consumers.has(endpointId) || stopping.signal.aborted) continue;
      try {
        await open(endpointId);
        consumers.set(endpointId, deliverTo(endpointId));
      } catch (error) {
        onFault(error, queueOf(endpointId));
      }
    }
  }

  /** One look at a time, so that nobody is begun with twice. */
  const lookAround = () => (last = last.catch(() => undefined).then(look));
  let last: Promise<void> = Promise.resolve();

  /** Removing an endpoint removes what is for it. */
  async function forget(endpointId: string): Promise<void> {
    if (await store.find(endpointId)) return;
    await boss.deleteQueue(queueOf(endpointId));
    if (await boss.getQueue(DEAD_LETTERS)) {
      const letters = await boss.findJobs(DEAD_LETTERS, { data: { endpointId }, limit: 100_000 });
      if (letters.length > 0)
        await boss.deleteJob(
          DEAD_LETTERS,
          letters.map(({ id }) => id),
        );
    }
    opened.delete(endpointId);
    configured.delete(endpointId);
  }

  /** Queues of endpoints that were removed while no worker was there to see it. */
  async function findOpened(): Promise<void> {
    for (const { name } of await boss.getQueues(undefined, { limit: MOST_QUEUES })) {
      const [, endpointId] = OF_ENDPOINT.exec(name) ?? [];
      if (endpointId) opened.add(endpointId);
    }
  }

  const deliverTo = (endpointId: string) =>
    startConsumer<DeliveryData>({
      boss,
      queue: queueOf(endpointId),
      atOnce: AT_ONCE,
      staggerMs: STAGGER_MS,
      pollMs: POLL_MS,
      mayFetch: () => Date.now() >= (notBefore.get(endpointId) ?? 0),
      // A fault of ours is no answer of theirs, and is not tried again at once either.
      perform: (job) =>
        deliver(job).catch((error: unknown): Outcome => {
          onFault(error, queueOf(endpointId));
          const retryAt = nextAttemptAt(new Date(), job.retryCount);
          return { status: "failed", output: {}, retryAt };
        }),
      onFault,
    });

  async function deliver({ data, retryCount }: Job<DeliveryData>): Promise<Outcome> {
    const endpoint = await store.find(data.endpointId);
    if (!endpoint) return { status: "completed" }; // removed, and with it whatever was for it
    if (endpoint.pausedAt) {
      await lookAround(); // it was paused a moment ago; from now on nothing is fetched
      const retryAt = new Date(Date.now() + 2 * LOOK_EVERY_MS);
      return { status: "failed", output: { message: "paused" }, retryAt };
    }
    const startedAt = performance.now();
    const answer = await attempt(
      { url: endpoint.url, secrets: store.secretsOf(endpoint) },
      data.event,
      networks,
    );
    await store
      .record({
        endpointId: endpoint.id,
        eventId: data.event.id,
        attempt: retryCount + 1,
        durationMs: Math.round(performance.now() - startedAt),
        status: answer.status,
        answer: answer.firstBytes,
      })
      .catch((error: unknown) => onFault(error, queueOf(endpoint.id))); // delivered all the same
    const { status = 0, firstBytes: message, retryAfterMs } = answer;
    if (status >= 200 && status < 300) return { status: "completed" };
    if (status === 410) {
      // It wants no more. Whoever runs the service decides what becomes of the rest.
      await store.pause(endpoint.id, "gone");
      await lookAround();
    }
    if (retryAfterMs) {
      notBefore.set(endpoint.id, Date.now() + Math.min(retryAfterMs, LONGEST_WAIT_MS));
    }
    const retryAt = nextAttemptAt(new Date(), retryCount, retryAfterMs);
    return { status: "failed", output: { message }, retryAt };
  }

  async function keepLooking(): Promise<void> {
    while (!stopping.signal.aborted) {
      await pause(LOOK_EVERY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (!stopping.signal.aborted) {
        await lookAround().catch((error: unknown) => onFault(error, "webhooks"));
      }
    }
  }

  await store.sealAgain((error, endpointId) => onFault(error, queueOf(endpointId)));
  await findOpened();
  await lookAround();
  const looking = keepLooking();
  return {
    async enqueue(event) {
      const endpointIds = await store.listening(event.type);
      for (const endpointId of endpointIds) {
        await open(endpointId);
        const data: DeliveryData = { endpointId, event: toEventJson(event) };
        await boss.insert(queueOf(endpointId), [{ id: event.id, data }]);
        consumers.get(endpointId)?.wake();
      }
    },
    async stop() {
      stopping.abort();
      await looking;
      await last.catch(() => undefined);
      await Promise.all([...consumers.values()].map((consumer) => consumer.stop()));
      await Promise.all(leaving);
    },
  };
}

interface Answered {
  readonly status: number | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly firstBytes: string;
}

/** One signed POST of the event. No answer is an answer too. */
export async function attempt(
  { url, secrets }: { readonly url: string; readonly secrets: readonly WebhookSecret[] },
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
    return { status: undefined, firstBytes: toPlainText(String(message)).slice(0, 256) };
  }
}
