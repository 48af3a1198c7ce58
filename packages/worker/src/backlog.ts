import { DEAD } from "./queues.ts";
import type { Schema } from "@postern/postgres";
import { type Kysely, sql } from "kysely";

/** The waiting events of one queue or of the outbox, and the age of the oldest. */
export interface Backlog {
  readonly queue: string;
  readonly waiting: number;
  readonly oldestSeconds: number;
}

/** An event normally leaves the outbox within a second. After this time something blocks it. */
const OUTBOX_LATE_SECONDS = 60;
/** A handler that has failed for this long will not recover by retries alone. */
const QUEUE_LATE_SECONDS = 15 * 60;
const MANY = 10_000;

/** Returns what waits in the outbox, in the queues and among the dead letters. */
export async function backlogs(db: Kysely<Schema>): Promise<readonly Backlog[]> {
  const { rows } = await sql<Backlog>`
    select 'outbox' as queue, count(*)::int as waiting,
      coalesce(extract(epoch from now() - min(created_at)), 0)::int as "oldestSeconds"
    from postern.outbox
    union all
    select name, count(*)::int, coalesce(extract(epoch from now() - min(created_on)), 0)::int
    from postern_queues.job where state < 'active' and not blocked group by name`.execute(db);
  return rows.filter(({ waiting }) => waiting > 0);
}

/**
 * Returns the backlogs that an operator should look at. Dead letters always are: they never move by
 * themselves.
 */
export const overdue = (all: readonly Backlog[]): readonly Backlog[] =>
  all.filter(({ queue, waiting, oldestSeconds }) => {
    if (queue.endsWith(DEAD)) return true;
    const late = queue === "outbox" ? OUTBOX_LATE_SECONDS : QUEUE_LATE_SECONDS;
    return waiting > MANY || oldestSeconds > late;
  });
