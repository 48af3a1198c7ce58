import type { UserEvent } from "../event/event.ts";
import type { SessionId, UserId } from "../ids.ts";
import { memoryIds, memorySecretSource } from "../memory.ts";
import type { PasswordHash } from "../password/password-hasher.ts";
import type { TokenHash } from "../token/token-factory.ts";
import { sessionIdOf } from "../session/session-id.ts";
import type { EmailKey } from "../email.ts";
import type { NewUser, UserStore } from "./user-store.ts";
import type { User } from "./user.ts";

const ids = memoryIds();

export const aHash = (text = "first"): PasswordHash => `plain$1$${text}` as PasswordHash;

/** A token hash that differs from every other one. */
export const aTokenHash = (): TokenHash => memorySecretSource().hashOf(ids.eventId());

/** The id of a session that nobody has. */
export const aSessionId = (): SessionId => sessionIdOf(aTokenHash());

/** A new user that differs from every other one. */
export function aNewUser(fields: Partial<NewUser> = {}): NewUser {
  const id = ids.userId();
  const email = `user-${id.slice(-12)}@example.com`;
  return { id, email, emailKey: email as EmailKey, passwordHash: aHash(), ...fields };
}

/** A user that `users` has just created. */
export async function aUser(users: UserStore, fields: Partial<NewUser> = {}): Promise<User> {
  const user = await users.create(aNewUser(fields), []);
  if (!user) throw new Error("the fixture's e-mail address was taken");
  return user;
}

/** Some event of the user. */
export function anEvent(userId: UserId): UserEvent {
  const occurredAt = new Date("2026-01-01T00:00:00.123Z");
  return { id: ids.eventId(), type: "user.enabled", version: 1, userId, occurredAt, data: {} };
}
