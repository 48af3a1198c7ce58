import type { SessionId, SessionRef, User, UserId } from "@postern/domain";
import { type RawBuilder, type Selectable, sql } from "kysely";
import type { UsersTable } from "./schema.ts";

export type UserRow = Selectable<UsersTable>;

/** Every update of a user sets these columns. */
export const bumpRevision = sql`revision = revision + 1, updated_at = now()`;

/**
 * A condition on `users`: the session is valid. Its end is committed as an event before any session
 * store is told, so a store that has lost the end does not matter.
 */
export const sessionIsCurrent = ({ id, userId, epoch }: SessionRef): RawBuilder<unknown> => sql`
  users.id = ${userId} and users.epoch = ${epoch} and users.disabled_at is null
    and not ${isRevoked(userId, id)}`;

/** A condition on `users`: the acting session is valid, if there is one. */
export const isAllowed = (actingSession: SessionRef | undefined): RawBuilder<unknown> =>
  actingSession ? sessionIsCurrent(actingSession) : sql`true`;

/**
 * Reads the statement's own snapshot. A statement that waited for a lock may not see the newest.
 */
export const isRevoked = (userId: UserId, sessionId: SessionId): RawBuilder<unknown> => sql`
  exists (
    select from postern.events as revoked
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
    language: row.language ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
