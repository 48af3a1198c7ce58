import type { UserEvent } from "../event/event.ts";
import type { UserId } from "../ids.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { checkSession } from "../session/check-session.ts";
import { type ListedSession, sessionsOf } from "../session/list-sessions.ts";
import type { EmailChange } from "../verification/email-change-store.ts";
import type { User } from "../user/user.ts";
import type { SessionOrigin } from "../user/user-store.ts";

/** Everything held about a person but the secrets: hashes of the password and of tokens. */
export interface UserExport {
  readonly user: User;
  readonly sessions: readonly ListedSession[];
  /** Also of sessions that have ended. */
  readonly origins: readonly SessionOrigin[];
  readonly devices: readonly string[];
  readonly emailChanges: readonly EmailChange[];
  readonly events: readonly UserEvent[];
}

const PAGE = 1_000;

/** Everything held about whoever asks (GDPR articles 15 and 20). */
export async function exportUser(
  ports: Pick<
    Ports,
    "devices" | "emailChanges" | "events" | "policy" | "secrets" | "sessions" | "users"
  >,
  token: string | undefined,
): Promise<Result<UserExport, "session_missing">> {
  const checked = await checkSession(ports, token);
  const user = checked && (await ports.users.find(checked.user.id));
  if (!user) return err("session_missing");
  return ok({
    user,
    sessions: await sessionsOf(ports, checked.session),
    origins: await ports.users.originsOf(user.id),
    devices: await ports.devices.list(user.id),
    emailChanges: await ports.emailChanges.list(user.id),
    events: await allEvents(ports, user.id),
  });
}

async function allEvents({ events }: Pick<Ports, "events">, userId: UserId): Promise<UserEvent[]> {
  const all: UserEvent[] = [];
  let page = await events.list(userId, PAGE);
  while (page.length > 0) {
    all.push(...page);
    page = await events.list(userId, PAGE, all.at(-1)?.id);
  }
  return all;
}
