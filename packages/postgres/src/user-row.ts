import type { Holder, SessionId, User, UserId } from "@postern/domain";
import { type RawBuilder, type Selectable, sql } from "kysely";
import type { UsersTable } from "./schema.ts";

export type UserRow = Selectable<UsersTable>;

/** What every update of a user does. */
export const touched = sql`revision = revision + 1, updated_at = now()`;

/**
 * A condition on `users`: the session still counts. Its end is committed as an event before anything
 * else, so what a session store forgot of it has no say.
 */
export const holds = ({ id, userId, epoch }: Holder): RawBuilder<unknown> => sql`
  users.id = ${userId} and users.epoch = ${epoch} and users.disabled_at is null
    and not ${isRevoked(userId, id)}`;

/** As of the statement's own snapshot: one that has waited for a lock may not see the newest. */
export const isRevoked = (userId: UserId, sessionId: SessionId): RawBuilder<unknown> => sql`
  exists (
    select from events as revoked
    where revoked.user_id = ${userId} and revoked.type = 'session.revoked'
      and revoked.data->>'sessionId' = ${sessionId}
  )`;

export function toUser(row: UserRow): User {
  return {
    id: row.id,
    email: row.email,
    emailKey: row.email_key,
    epoch: row.epoch,
    revision: row.revision,
    emailVerifiedAt: row.email_verified_at ?? undefined,
    verifyBy: row.verify_by ?? undefined,
    disabledAt: row.disabled_at ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
