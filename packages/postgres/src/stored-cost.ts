import { type Kysely, sql } from "kysely";
import type { Schema } from "./schema.ts";

/**
 * Returns the highest cost of a stored bcrypt hash, or 0 if there is none. An index has the answer.
 */
export async function highestStoredCost(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ cost: string | null }>`
    select max(substr(password_hash, 5, 2)) as cost from postern.users
    where password_hash like '$2_$__$%'`.execute(db);
  return Number(rows[0]?.cost ?? 0) || 0; // NaN becomes 0: the two characters were no digits
}
