import type { OutgoingEvent, Seal, User, UserId } from "@postern/domain";
import { type Kysely, type RawBuilder, sql } from "kysely";
import { retryIfAmbiguous } from "./ambiguous-commit.ts";
import { eventsOf } from "./event-log.ts";
import { postgresEventStore } from "./event-store.ts";
import type { Schema } from "./schema.ts";
import { toUser, type UserRow } from "./user-row.ts";

interface Change {
  readonly userId: UserId;
  /** Compares what it must, so that a second run changes nothing. */
  readonly statement: RawBuilder<unknown>;
  readonly events: readonly OutgoingEvent[];
  /** Appended instead of `events` if the statement changes no row. */
  readonly eventsIfTaken?: readonly OutgoingEvent[];
}

/** Changes of one user. Each is one statement, which also appends the events. */
export function userChanges(db: Kysely<Schema>, seal: Seal | undefined) {
  const log = postgresEventStore(db, seal);

  async function run({
    statement,
    ...events
  }: Omit<Change, "userId">): Promise<UserRow | undefined> {
    const { rows } = await sql<UserRow>`
      with changed as (${statement} returning *), ${eventsOf(seal, events)}
      select * from changed`.execute(db);
    return rows[0];
  }

  /** Returns whether the statement that appends these events has committed. */
  const isCommitted = async ([event]: readonly OutgoingEvent[]) =>
    event !== undefined && (await log.find(event.id)) !== undefined;

  const byId = (userId: UserId) =>
    db.selectFrom("users").selectAll().where("id", "=", userId).executeTakeFirst();

  return {
    isCommitted,

    /** Applies the change, and returns the changed user. */
    async applyAndRead({ userId, ...given }: Change): Promise<User | undefined> {
      const again = async () => {
        const row = await run({ ...given, eventsIfTaken: [] });
        if (row) return row;
        // Nothing was changed: the first attempt had committed, or there was nothing to change.
        if (await isCommitted(given.events)) return await byId(userId);
        if (given.eventsIfTaken) await log.append(given.eventsIfTaken);
        return undefined;
      };
      // Without an event nothing tells whether it committed, so the caller has to find out.
      const hasEvent = given.events.length > 0;
      const row = await (hasEvent ? retryIfAmbiguous(() => run(given), again) : run(given));
      return row && toUser(row);
    },

    /** Applies the change, and returns whether it changed a row. */
    async apply(given: Omit<Change, "userId" | "eventsIfTaken">): Promise<boolean> {
      const attempt = async () => (await run(given)) !== undefined;
      return await retryIfAmbiguous(
        attempt,
        async () => (await attempt()) || (await isCommitted(given.events)),
      );
    },
  };
}
