import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import type { EventService } from "./event-service.ts";
import { anEmail, visitor } from "./visitor.ts";

export const PASSWORD = "MyPwdOfBob";
export const PATIENCE = { timeout: 300_000, interval: 200 };
const LANES = 24;

/** Calls `act` for each item, a few at a time, and `everyMs` apart if given. */
export async function forEach<Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<unknown>,
  everyMs = 0,
) {
  const waiting = [...items];
  const startedAt = performance.now();
  let begun = 0;
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      await pause(Math.max(0, startedAt + everyMs * begun++ - performance.now()));
      await act(item);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

export const emails = (count: number, name: string) =>
  Array.from({ length: count }, () => anEmail(name));
export const register =
  ({ api }: EventService) =>
  async (email: string) => {
    const { status } = await visitor(api.origin).register(email, PASSWORD);
    expect(status).toBe(202);
  };
export const requestReset =
  ({ api }: EventService) =>
  async (email: string) => {
    const { status } = await visitor(api.origin).send("POST", "/reset_password", { email });
    expect(status).toBe(202);
  };
export const repeats = (ids: readonly unknown[]) => ids.length - new Set(ids).size;

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN);
}

/**
 * Returns the milliseconds from the commit of each event to its first side effect at the receiver.
 */
export async function latencies(
  { stores, receiver }: EventService,
  path: (path: string) => boolean,
) {
  const rows = await stores.query<{ id: string; at: string }>(
    "select id, extract(epoch from recorded_at) * 1000 as at from postern.events",
  );
  const committed = new Map(rows.map(({ id, at }) => [id, Number.parseFloat(at)]));
  return receiver.received
    .filter((post) => path(post.path))
    .map(({ headers, at }) => at - (committed.get(String(headers["webhook-id"])) ?? NaN));
}
