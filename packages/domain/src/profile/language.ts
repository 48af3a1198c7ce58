import { type Language, parseLanguage } from "../language.ts";
import type { Ports } from "../ports.ts";
import { err, ok, type Result } from "../result.ts";
import { checkSession } from "../session/check-session.ts";
import { syncSessions } from "../session/sync-sessions.ts";

type RequiredPorts = Pick<Ports, "policy" | "sessions" | "tokenFactory" | "users">;

/** Returns the language in which the caller receives mails, if one is known. */
export async function findLanguage(
  ports: RequiredPorts,
  token: string | undefined,
): Promise<Result<Language | undefined, "session_missing">> {
  const checked = await checkSession(ports, token);
  const user = checked && (await ports.users.findById(checked.user.id));
  return user ? ok(user.language) : err("session_missing");
}

/** Stores the language in which the caller wants mails and pages: a BCP 47 tag. */
export async function chooseLanguage(
  ports: RequiredPorts,
  token: string | undefined,
  tag: string,
): Promise<Result<Language, "language_invalid" | "session_missing">> {
  const language = parseLanguage(tag);
  if (!language) return err("language_invalid");
  const checked = await checkSession(ports, token);
  const user = checked && (await ports.users.findById(checked.user.id));
  if (!user) return err("session_missing");
  const { session } = checked;
  if (user.language === language) return ok(language);
  if (await ports.users.setLanguage(session, language)) return ok(language);
  await syncSessions(ports, session.userId, undefined);
  return err("session_missing"); // the session ended meanwhile
}
