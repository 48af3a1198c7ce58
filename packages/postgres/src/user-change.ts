import type { OutgoingEvent, Seal, User, UserId } from "@postern/domain";
import { type Kysely, type RawBuilder, sql } from "kysely";
import { eventsOf } from "./event-log.ts";
import { postgresEventStore } from "./event-store.ts";
import { ifAnswerLost } from "./lost-answer.ts";
import type { Schema } from "./schema.ts";
import { toUser, type UserRow } from "./user-row.ts";

interface Change {
  readonly userId: UserId;
  /** Compares what it must, so that run a second time it changes nothing. */
  readonly statement: RawBuilder<unknown>;
  readonly events: readonly OutgoingEvent[];
  readonly otherwise?: readonly OutgoingEvent[];
}

/** Changes of one user, each a statement that writes its events as well. */
export function userChanges(db: Kysely<Schema>, seal: Seal | undefined) {
  const log = postgresEventStore(db, seal);

  /** Runs the statement, and keeps `events` if it changed a row, `otherwise` if not. */
  async function run({ statement, ...kept }: Omit<Change, "userId">): Promise<UserRow | undefined> {
    const { rows } = await sql<UserRow>`
      with changed as (${statement} returning *), ${eventsOf(seal, kept)} select * from changed`.execute(
      db,
    );
    return rows[0];
  }

  /** Had the statement committed that should have kept them? */
  const areKept = async ([event]: readonly OutgoingEvent[]) =>
    event !== undefined && (await log.find(event.id)) !== undefined;

  const byId = (userId: UserId) =>
    db.selectFrom("users").selectAll().where("id", "=", userId).executeTakeFirst();

  return {
    areKept,

    async change({ userId, ...given }: Change): Promise<User | undefined> {
      const again = async () => {
        const row = await run({ ...given, otherwise: [] });
        if (row) return row;
        // It changed nothing: because it had committed, or because there was nothing to change.
        if (await areKept(given.events)) return await byId(userId);
        if (given.otherwise) await log.append(given.otherwise);
        return undefined;
      };
      const isTold = given.events.length > 0;
      const row = await (isTold ? ifAnswerLost(() => run(given), again) : run(given));
      return row && toUser(row);
    },

    /** The same for what tells only whether it was done. */
    async did(given: Omit<Change, "userId" | "otherwise">): Promise<boolean> {
      const attempt = async () => (await run(given)) !== undefined;
      return await ifAnswerLost(
        attempt,
        async () => (await attempt()) || (await areKept(given.events)),
      );
    },
  };
}
