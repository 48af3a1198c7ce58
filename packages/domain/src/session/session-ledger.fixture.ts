import { aSessionRef, type UserWorld } from "../user/user.fixture.ts";
import type { User } from "../user/user.ts";
import type { SessionLedger, SessionRecord } from "./session-ledger.ts";

/** The stores that the contract of a session ledger needs. */
export type LedgerWorld = UserWorld & { readonly ledger: SessionLedger };

/** Returns a session of the user that the ledger can record. */
export const aSessionRecord = (user: User, fields: Partial<SessionRecord> = {}): SessionRecord => ({
  ...aSessionRef(user),
  expiresAt: new Date(Date.now() + 60_000),
  ...fields,
});
