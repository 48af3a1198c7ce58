import type { EventId, EventPayload, OutgoingEvent, Seal, UserEvent } from "@postern/domain";
import { type RawBuilder, sql } from "kysely";
import type { EventsTable } from "./schema.ts";

/** An event as a JSON object with the tables' column names. */
interface EventRow {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly user_id: string | null;
  readonly occurred_at: string;
  readonly data: unknown;
  readonly sealed: string | null;
}

interface Kept {
  readonly events: readonly OutgoingEvent[];
  /** Appended instead of `events` if the statement changed nothing. */
  readonly eventsIfTaken?: readonly OutgoingEvent[];
  /** A condition on each event, beside the one on all. */
  readonly where?: RawBuilder<unknown>;
}

/**
 * The end of a statement that changes something. `logged` and `queued` write the events and their
 * outbox rows if the common table expression `changed` has a row, so both are committed with the
 * change or not at all. One parameter carries all events, so the text of the statement never
 * varies.
 */
export function eventsOf(
  seal: Seal | undefined,
  { events, eventsIfTaken = [], where = sql`true` }: Kept,
): RawBuilder<unknown> {
  return sql`
    given as (
      select event.* from jsonb_to_recordset(
        case when exists (select from changed)
          then ${toJson(events, seal)}::jsonb else ${toJson(eventsIfTaken, seal)}::jsonb end
      ) as event (id uuid, type text, version integer, user_id uuid, occurred_at timestamptz,
        data jsonb, sealed text)
      where ${where}
    ),
    logged as (
      insert into postern.events (id, type, version, user_id, occurred_at, data)
      select id, type, version, user_id, occurred_at, data from given
      on conflict do nothing -- of its id, or of the end of its session
      returning id
    ),
    queued as (
      insert into postern.outbox (event_id, sealed) select id, sealed from given join logged using (id)
    )`;
}

const toJson = (events: readonly OutgoingEvent[], seal: Seal | undefined) =>
  JSON.stringify(
    events.map((event): EventRow => ({
      id: event.id,
      type: event.type,
      version: event.version,
      user_id: event.userId ?? null,
      occurred_at: event.occurredAt.toISOString(),
      data: event.data,
      sealed: seal?.seal(contextOf(event.id), JSON.stringify(event.payload ?? {})) ?? null,
    })),
  );

const contextOf = (id: EventId) => `event:${id}`;

/** Opens the payload that was sealed with an event, and returns it with its key id. */
export function openPayload(
  seal: Seal,
  id: EventId,
  sealed: string,
): { readonly payload: EventPayload; readonly keyId: string } {
  const { text, keyId } = seal.open(contextOf(id), sealed);
  return { payload: JSON.parse(text) as EventPayload, keyId };
}

type StoredEvent = Pick<EventsTable, "id" | "type" | "version" | "user_id" | "occurred_at"> & {
  readonly data: unknown;
};

/** Rows were written as events of this type: the log is append-only and old versions stay valid. */
export function toEvent(row: StoredEvent): UserEvent {
  const { id, type, version, data } = row;
  const subject = { userId: row.user_id ?? undefined, occurredAt: row.occurred_at };
  return { id, type, version, ...subject, data } as UserEvent;
}
