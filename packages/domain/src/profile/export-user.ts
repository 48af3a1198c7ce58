import type { UserEvent } from "../event/event.ts";
import { placeOf, takeAll } from "../limit/places.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { checkSession } from "../session/check-session.ts";
import { type ListedSession, sessionsOf } from "../session/list-sessions.ts";
import type { SessionRecord } from "../session/session-ledger.ts";
import type { User } from "../user/user.ts";
import type { EmailChange } from "../verification/email-change-store.ts";

/** Everything stored about a user, except the hashes of passwords and tokens. */
export interface UserExport {
  readonly user: User;
  readonly sessions: readonly ListedSession[];
  readonly devices: readonly string[];
  readonly emailChanges: readonly EmailChange[];
  /** Page by page, because there may be many. Includes sessions that have ended. */
  readonly sessionRecords: AsyncIterable<readonly SessionRecord[]>;
  /** Page by page, the oldest first. */
  readonly events: AsyncIterable<readonly UserEvent[]>;
  /** Must be called when the export is written or given up: a user has one export at a time. */
  finish(): Promise<void>;
}

type RequiredPorts = Pick<
  Ports,
  | "devices"
  | "emailChanges"
  | "events"
  | "ledger"
  | "limiter"
  | "policy"
  | "sessions"
  | "tokenFactory"
  | "users"
>;

/** Small, so that the pages of one export do not delay other requests. */
const PAGE_SIZE = 100;

/**
 * Exports everything stored about the caller (GDPR articles 15 and 20). Throws `RateLimited` while
 * another export of the user is under way.
 */
export async function exportUser(
  ports: RequiredPorts,
  token: string | undefined,
): Promise<Result<UserExport, "session_missing">> {
  const checked = await checkSession(ports, token);
  const user = checked && (await ports.users.findById(checked.user.id));
  if (!user) return err("session_missing");
  const finish = await takeAll(ports, [placeOf(ports, "exportAtOnce", user.id)]);
  try {
    return ok({
      user,
      sessions: await sessionsOf(ports, checked.session),
      devices: await ports.devices.list(user.id),
      emailChanges: await ports.emailChanges.list(user.id),
      sessionRecords: pages((after) => ports.ledger.list(user.id, PAGE_SIZE, after?.id)),
      events: pages((after) => ports.events.list(user.id, PAGE_SIZE, after?.id)),
      finish,
    });
  } catch (error) {
    await finish();
    throw error;
  }
}

/** Reads a page when the one before was taken, until one is empty. */
async function* pages<Item>(
  read: (after: Item | undefined) => Promise<readonly Item[]>,
): AsyncIterable<readonly Item[]> {
  let after: Item | undefined;
  for (;;) {
    const page = await read(after);
    if (page.length === 0) return;
    yield page;
    after = page.at(-1);
  }
}
