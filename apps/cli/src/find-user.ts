import { parseEmail, type Result, type User, type UserId } from "@postern/domain";
import { CommandFailure } from "./exit.ts";
import type { Service } from "./open.ts";

export const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Returns the user with this id or address. */
export async function findUser({ ports }: Service, text: string): Promise<User> {
  const emailKey = parseEmail(text)?.key;
  const user = UUID.test(text)
    ? await ports.users.findById(text as UserId)
    : emailKey && (await ports.users.findByEmail(emailKey));
  if (!user) throw noSuchUser();
  return user;
}

/** Throws if the user was deleted after it was found. */
export function mustExist(result: Result<unknown, "user_not_found">): void {
  if (!result.ok) throw noSuchUser();
}

const noSuchUser = () => new CommandFailure("notFound", "no such user");

export const shown = (user: User) => ({
  id: user.id,
  email: user.email,
  epoch: user.epoch,
  revision: user.revision,
  email_verified_at: user.emailVerifiedAt,
  disabled_at: user.disabledAt,
  language: user.language,
  created_at: user.createdAt,
  updated_at: user.updatedAt,
});
