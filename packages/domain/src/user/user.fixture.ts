import type { EmailKey } from "../email.ts";
import type { UserEvent } from "../event/event.ts";
import type { EventStore } from "../event/event-store.ts";
import type { SessionId, SessionRef, UserId } from "../ids.ts";
import { memoryIds, memoryTokenFactory } from "../memory.ts";
import type { PasswordHash } from "../password/password-hasher.ts";
import { sessionIdOf } from "../session/session-id.ts";
import type { TokenHash } from "../token/token.ts";
import type { NewUser, UserStore } from "./user-store.ts";
import type { User } from "./user.ts";

/** The stores that the contract of a user store needs. */
export interface UserWorld {
  readonly users: UserStore;
  readonly events: EventStore;
}

const ids = memoryIds();

export const aHash = (text = "first"): PasswordHash => `plain$1$${text}` as PasswordHash;

/** Returns a token hash that differs from every other one. */
export const aTokenHash = (): TokenHash => memoryTokenFactory().hashToken(ids.eventId());

/** Returns the id of a session that no user has. */
export const aSessionId = (): SessionId => sessionIdOf(aTokenHash());

/** Returns a reference to a session of the user that no store knows. */
export const aSessionRef = ({ id: userId, epoch }: User): SessionRef => ({
  id: aSessionId(),
  userId,
  epoch,
});

/** Returns a new user that differs from every other one. */
export function aNewUser(fields: Partial<NewUser> = {}): NewUser {
  const id = ids.userId();
  const email = `user-${id.slice(-12)}@example.com`;
  return { id, email, emailKey: email as EmailKey, passwordHash: aHash(), ...fields };
}

/** Creates a user in `users`. */
export async function aUser(users: UserStore, fields: Partial<NewUser> = {}): Promise<User> {
  const user = await users.create(aNewUser(fields), []);
  if (!user) throw new Error("the fixture's e-mail address was taken");
  return user;
}

/** Returns some event of the user. */
export function anEvent(userId: UserId): UserEvent {
  const occurredAt = new Date("2026-01-01T00:00:00.123Z");
  return { id: ids.eventId(), type: "user.enabled", version: 1, userId, occurredAt, data: {} };
}

/** Returns the event that ends a session. */
export const revocationOf = ({ id, userId }: Pick<SessionRef, "id" | "userId">): UserEvent => ({
  id: ids.eventId(),
  type: "session.revoked",
  version: 1,
  userId,
  occurredAt: new Date(),
  data: { sessionId: id, by: "log_out" },
});
