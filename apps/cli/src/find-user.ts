import { toEmailKey, type User, type UserId } from "@postern/domain";
import { CommandFailure } from "./exit.ts";
import type { Service } from "./open.ts";

export const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The user with this id or address. */
export async function findUser({ ports }: Service, text: string): Promise<User> {
  const emailKey = toEmailKey(text);
  const user = UUID.test(text)
    ? await ports.users.find(text as UserId)
    : emailKey && (await ports.users.findByEmail(emailKey));
  if (!user) throw new CommandFailure("notFound", "there is no such user");
  return user;
}

export const shown = (user: User) => ({
  id: user.id,
  email: user.email,
  epoch: user.epoch,
  revision: user.revision,
  email_verified_at: user.emailVerifiedAt,
  disabled_at: user.disabledAt,
  created_at: user.createdAt,
  updated_at: user.updatedAt,
});
