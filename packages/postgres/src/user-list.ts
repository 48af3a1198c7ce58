import type { Kysely } from "kysely";
import type { Schema } from "./schema.ts";

export interface UserSearch {
  /** Only addresses that contain this text, in any case. */
  readonly search: string | undefined;
  readonly limit: number;
}

/** A user in a list for operators. */
export interface ListedUser {
  readonly id: string;
  readonly email: string;
  readonly verified: boolean;
  readonly disabled: boolean;
  readonly created_at: Date;
}

/** Lists users for operators, the newest first: their ids are ordered by time (UUID version 7). */
export async function listUsers(
  db: Kysely<Schema>,
  { search, limit }: UserSearch,
): Promise<readonly ListedUser[]> {
  const columns = ["id", "email", "email_verified_at", "disabled_at", "created_at"] as const;
  let found = db.selectFrom("users").select(columns).orderBy("id", "desc").limit(limit);
  if (search !== undefined)
    found = found.where("email", "ilike", `%${search.replace(/[\\%_]/g, "\\$&")}%`);
  return (await found.execute()).map((row) => ({
    id: row.id,
    email: row.email,
    verified: row.email_verified_at !== null,
    disabled: row.disabled_at !== null,
    created_at: row.created_at,
  }));
}
