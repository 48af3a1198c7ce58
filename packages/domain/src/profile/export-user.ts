import type { UserEvent } from "../event/event.ts";
import type { UserId } from "../ids.ts";
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
  /** Includes sessions that have ended. */
  readonly sessionRecords: readonly SessionRecord[];
  readonly devices: readonly string[];
  readonly emailChanges: readonly EmailChange[];
  readonly events: readonly UserEvent[];
}

type RequiredPorts = Pick<
  Ports,
  | "devices"
  | "emailChanges"
  | "events"
  | "ledger"
  | "policy"
  | "sessions"
  | "tokenFactory"
  | "users"
>;

const PAGE_SIZE = 1_000;

/** Exports everything stored about the caller (GDPR articles 15 and 20). */
export async function exportUser(
  ports: RequiredPorts,
  token: string | undefined,
): Promise<Result<UserExport, "session_missing">> {
  const checked = await checkSession(ports, token);
  const user = checked && (await ports.users.findById(checked.user.id));
  if (!user) return err("session_missing");
  return ok({
    user,
    sessions: await sessionsOf(ports, checked.session),
    sessionRecords: await ports.ledger.list(user.id),
    devices: await ports.devices.list(user.id),
    emailChanges: await ports.emailChanges.list(user.id),
    events: await allEvents(ports, user.id),
  });
}

async function allEvents({ events }: Pick<Ports, "events">, userId: UserId): Promise<UserEvent[]> {
  const all: UserEvent[] = [];
  let page = await events.list(userId, PAGE_SIZE);
  while (page.length > 0) {
    all.push(...page);
    page = await events.list(userId, PAGE_SIZE, all.at(-1)?.id);
  }
  return all;
}
