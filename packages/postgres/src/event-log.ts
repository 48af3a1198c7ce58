import type { UserEvent } from "@postern/domain";
import { type RawBuilder, sql } from "kysely";
import type { EventsTable } from "./schema.ts";

/** An event as a JSON object with the table's own column names. */
interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly user_id: string | null;
  readonly occurred_at: string;
  readonly data: unknown;
}

/**
 * The tail of a statement that changes something: `logged` and `queued` write the events and their
 * outbox rows if the common table expression `changed` has a row, and so with the change or not at
 * all; `otherwise` if it has none. A parameter carries all events, so the text never varies.
 */
export function eventsOf(
  events: readonly UserEvent[],
  otherwise: readonly UserEvent[] = [],
): RawBuilder<unknown> {
  return sql`
    logged as (
      insert into events (id, type, version, user_id, occurred_at, data)
      select event.id, event.type, event.version, event.user_id, event.occurred_at, event.data
      from jsonb_to_recordset(
        case when exists (select from changed)
          then ${toJson(events)}::jsonb else ${toJson(otherwise)}::jsonb end
      ) as event
        (id uuid, type text, version integer, user_id uuid, occurred_at timestamptz, data jsonb)
      on conflict (id) do nothing
      returning id
    ),
    queued as (insert into outbox (event_id) select id from logged)`;
}

const toJson = (events: readonly UserEvent[]) =>
  JSON.stringify(
    events.map((event): EventRow => ({
      id: event.id,
      type: event.type,
      version: event.version,
      user_id: event.userId ?? null,
      occurred_at: event.occurredAt.toISOString(),
      data: event.data,
    })),
  );

type StoredEvent = Pick<EventsTable, "id" | "type" | "version" | "user_id" | "occurred_at"> & {
  readonly data: unknown;
};

/** What was written as a UserEvent is read as one: the log is append-only and its versions last. */
export function toEvent(row: StoredEvent): UserEvent {
  const { id, type, version, data } = row;
  const subject = { userId: row.user_id ?? undefined, occurredAt: row.occurred_at };
  return { id, type, version, ...subject, data } as UserEvent;
}
