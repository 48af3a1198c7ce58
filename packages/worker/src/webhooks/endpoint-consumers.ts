import { setTimeout as pause } from "node:timers/promises";
import type { WebhookStore } from "@postern/postgres";
import type { PgBoss } from "pg-boss";
import type { Consumer } from "../consumer.ts";
import {
  deleteEndpointQueue,
  endpointsWithQueue,
  openEndpointQueue,
  queueOf,
} from "./endpoint-queue.ts";

interface EndpointConsumersOptions {
  readonly boss: PgBoss;
  readonly store: WebhookStore;
  readonly keepDays: number;
  /** Starts to deliver to one endpoint. */
  readonly startConsumer: (endpointId: string) => Consumer;
  readonly reconcileEveryMs: number;
  readonly onFault: (error: unknown, during: string) => void;
}

/**
 * Keeps one consumer per active endpoint, by comparing the consumers with the stored endpoints
 * again and again. Operators add, pause and remove endpoints in other processes.
 */
export function endpointConsumers(options: EndpointConsumersOptions) {
  const { boss, store, keepDays, startConsumer, reconcileEveryMs, onFault } = options;
  /** Endpoints that have a queue. */
  const known = new Set<string>();
  /** Endpoints whose queue has this process' settings. */
  const configured = new Set<string>();
  const consumers = new Map<string, Consumer>();
  /** Consumers of paused or removed endpoints that finish their running jobs. */
  const draining = new Set<Promise<void>>();
  const stopping = new AbortController();
  let lastRun: Promise<void> = Promise.resolve();
  let reconciling: Promise<void> = Promise.resolve();

  const reporting = (endpointId: string) => (error: unknown) => onFault(error, queueOf(endpointId));

  async function open(endpointId: string): Promise<void> {
    if (configured.has(endpointId)) return;
    await openEndpointQueue(boss, endpointId, keepDays);
    known.add(endpointId);
    configured.add(endpointId);
  }

  async function reconcileOnce(): Promise<void> {
    // Copied before the store is read: an endpoint added in between would look removed.
    const candidates = [...known];
    const { active, paused } = await store.ids();
    for (const [endpointId, consumer] of consumers)
      if (!active.includes(endpointId)) drain(endpointId, consumer);
    for (const endpointId of candidates)
      if (!active.includes(endpointId) && !paused.includes(endpointId))
        await deleteIfRemoved(endpointId).catch(reporting(endpointId));
    for (const endpointId of active)
      if (!consumers.has(endpointId) && !stopping.signal.aborted)
        await startOne(endpointId).catch(reporting(endpointId));
  }

  function drain(endpointId: string, consumer: Consumer): void {
    consumers.delete(endpointId);
    const drained = consumer.stop().catch(reporting(endpointId));
    draining.add(drained);
    void drained.then(() => draining.delete(drained));
  }

  async function deleteIfRemoved(endpointId: string): Promise<void> {
    if (await store.find(endpointId)) return;
    await deleteEndpointQueue(boss, endpointId);
    known.delete(endpointId);
    configured.delete(endpointId);
  }

  async function startOne(endpointId: string): Promise<void> {
    await open(endpointId);
    consumers.set(endpointId, startConsumer(endpointId));
  }

  /** One run at a time, so that no endpoint gets two consumers. */
  const reconcile = () => (lastRun = lastRun.catch(() => undefined).then(reconcileOnce));

  async function keepReconciling(): Promise<void> {
    const { signal } = stopping;
    while (!signal.aborted) {
      await pause(reconcileEveryMs, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await reconcile().catch((error: unknown) => onFault(error, "webhooks"));
    }
  }

  return {
    open,
    reconcile,
    wake: (endpointId: string) => consumers.get(endpointId)?.wake(),

    async start(): Promise<void> {
      for (const endpointId of await endpointsWithQueue(boss)) known.add(endpointId);
      await reconcile();
      reconciling = keepReconciling();
    },

    /** Finishes the running deliveries. */
    async stop(): Promise<void> {
      stopping.abort();
      await reconciling;
      await lastRun.catch(() => undefined);
      await Promise.all([...consumers.values()].map((consumer) => consumer.stop()));
      await Promise.all(draining);
    },
  };
}
