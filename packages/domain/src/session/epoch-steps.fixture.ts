import { expect } from "vitest";
import { disableUser, enableUser } from "../administration/disable-user.ts";
import { parseEmail } from "../email.ts";
import type { UserEvent } from "../event/event.ts";
import type { Ports } from "../ports.ts";
import { changeEmail } from "../profile/change-email.ts";
import { changePassword } from "../profile/change-password.ts";
import { requestReset } from "../recovery/request-reset.ts";
import { resetPassword } from "../recovery/reset-password.ts";
import { registerUser } from "../registration/register-user.ts";
import type { TokenPurpose } from "../token/token.ts";
import { requestVerification } from "../verification/request-verification.ts";
import { verifyEmail } from "../verification/verify-email.ts";
import { checkSession } from "./check-session.ts";
import { endAllSessions, endOtherSessions, type Renewed } from "./end-own-sessions.ts";
import { endSession } from "./end-session.ts";
import {
  choose,
  endBefore,
  noteChange,
  type Person,
  PASSWORDS,
  type Step,
  type Turn,
} from "./epoch.fixture.ts";
import { logIn } from "./log-in.ts";
import { logOut } from "./log-out.ts";
import type { StartedSession } from "./start-session.ts";

/** Each performs one step and notes what was acknowledged. */
export const STEPS: Record<Step["kind"], (turn: Turn) => Promise<void>> = {
  async register({ ports, person, password }) {
    if (person.links.some(({ purpose }) => purpose === "email_change")) return;
    const result = await registerUser(ports, { email: person.email, password });
    if (result.ok) person.password = password;
  },

  async logIn({ ports, person, password, isAlone }) {
    const isExpected = person.isEnabled && person.password === password;
    const result = await logIn(ports, { email: person.email, password });
    if (isAlone) expect(result.ok).toBe(isExpected);
    if (result.ok) noteLogIn(person, result.value);
  },

  async check({ ports, person, pick }) {
    const token = choose(person.logIns, pick)?.token;
    const hadEnded = token !== undefined && person.ended.has(token);
    if (await checkSession(ports, token)) expect(hadEnded).toBe(false);
  },

  async logOut({ ports, person, pick }) {
    const token = choose(person.logIns, pick)?.token;
    const result = await logOut(ports, token);
    if (result.ok && token) person.ended.add(token);
  },

  async endOne({ ports, person, pick }) {
    const [token, other] = [choose(person.logIns, pick)?.token, choose(person.logIns, pick + 1)];
    const result = await endSession(ports, token, other?.sessionId ?? "none");
    if (result.ok && other) person.ended.add(other.token);
  },

  async endOthers({ ports, person, pick }) {
    const token = choose(person.logIns, pick)?.token;
    const result = await endOtherSessions(ports, token);
    if (result.ok) noteRenewal(person, result.value);
  },

  async endAll({ ports, person, pick }) {
    const result = await endAllSessions(ports, choose(person.logIns, pick)?.token);
    if (result.ok) noteChange(person, { epoch: result.value.epoch });
  },

  async changePassword({ ports, person, password: newPassword, pick }) {
    const token = choose(person.logIns, pick)?.token;
    const result = await changePassword(ports, token, { ...currentPassword(pick), newPassword });
    if (result.ok) noteRenewal(person, result.value, { password: newPassword });
  },

  async changeEmail({ ports, person, pick }) {
    const token = choose(person.logIns, pick)?.token;
    const email = `next-${person.links.length}-${pick}-${person.email}`.slice(-64);
    const result = await changeEmail(ports, token, { email, ...currentPassword(pick) });
    if (result.ok) await mail(ports, person, "user.email_change_requested", "email_change");
  },

  async requestReset({ ports, person }) {
    const result = await requestReset(ports, { email: person.email });
    if (result.ok && result.value) person.resetTokens.push(result.value);
  },

  async mailReset({ ports, person }) {
    const policy = { ...ports.policy, disclosure: "closed" } as const;
    await requestReset({ ...ports, policy }, { email: person.email });
    await mail(ports, person, "user.password_reset_requested", "password_reset");
  },

  async reset({ ports, person, password, pick }) {
    const token = choose(person.resetTokens, pick) ?? "no token";
    const result = await resetPassword(ports, {
      email: person.email,
      token,
      newPassword: password,
    });
    if (result.ok) noteChange(person, { epoch: result.value.user.epoch, password });
  },

  async requestVerification({ ports, person }) {
    const result = await requestVerification(ports, { email: person.email });
    if (result.ok)
      await mail(ports, person, "user.email_verification_requested", "email_verification");
  },

  async useLink({ ports, person, pick }) {
    const link = choose(person.links, pick);
    const sessionToken = pick % 2 === 0 ? undefined : choose(person.logIns, pick >> 1)?.token;
    const password = pick % 3 === 0 ? PASSWORDS[(pick >> 1) % PASSWORDS.length] : undefined;
    const input = { token: link?.token ?? "no link", sessionToken, password };
    const result = await verifyEmail(ports, input);
    if (!result.ok || result.value.outcome.kind === "verified") return;
    const { user, outcome } = result.value;
    const moved = link?.purpose === "email_change" ? { email: user.email } : {};
    if (outcome.kind === "changed") return noteRenewal(person, { user, ...outcome }, moved);
    noteChange(person, { epoch: user.epoch, password: undefined, ...moved });
    person.resetTokens.push(outcome.resetToken);
  },

  async rehash({ person }) {
    person.hasherCost += 1; // the next log-in replaces the hash
  },

  disable: (turn) => setEnabled(turn, disableUser),
  enable: (turn) => setEnabled(turn, enableUser),
};

const currentPassword = (pick: number) => ({
  currentPassword: PASSWORDS[(pick >> 1) % PASSWORDS.length] as string,
});

async function setEnabled(turn: Turn, act: typeof disableUser): Promise<void> {
  const { ports, person, isAlone } = turn;
  const key = parseEmail(person.email)?.key;
  const user = key && (await ports.users.findByEmail(key));
  const result = user && (await act(ports, user.id));
  if (!result?.ok) return;
  endBefore(person, result.value.epoch);
  if (isAlone) person.isEnabled = act === enableUser;
}

/** Mints the token of the user's newest event of this type, as the worker does for a mail. */
async function mail(
  ports: Ports,
  person: Person,
  type: UserEvent["type"],
  purpose: TokenPurpose,
): Promise<void> {
  const key = parseEmail(person.email)?.key;
  const user = key && (await ports.users.findByEmail(key));
  const events = user ? await ports.events.list(user.id, 1_000) : [];
  const event = events.findLast((one) => one.type === type);
  if (!user || !event || !("epoch" in event.data)) return;
  const { token, tokenHash } = ports.tokenFactory.deriveEmailToken(purpose, event.id);
  const changeId = purpose === "email_change" ? event.id : undefined;
  const { epoch } = event.data;
  const claim = { purpose, userId: user.id, epoch, byMail: true, changeId };
  await ports.tokens.put(tokenHash, claim, 60_000);
  if (purpose === "password_reset") person.resetTokens.push(token);
  else person.links.push({ token, purpose });
}

function noteLogIn(person: Person, { token, session }: StartedSession): void {
  person.logIns.push({ token, epoch: session.epoch, sessionId: session.id });
}

/** Every session of the epoch before has ended. A fresh one may have replaced the caller's. */
function noteRenewal(
  person: Person,
  { user, renewed }: Renewed,
  change: { readonly password?: string; readonly email?: string } = {},
): void {
  noteChange(person, { epoch: user.epoch, ...change });
  if (renewed) noteLogIn(person, renewed);
}
