import fc from "fast-check";
import { expect } from "vitest";
import { memoryPasswordHasher } from "../memory.ts";
import type { Ports } from "../ports.ts";
import { requestReset } from "../recovery/request-reset.ts";
import { resetPassword } from "../recovery/reset-password.ts";
import { disableUser, enableUser } from "../administration/disable-user.ts";
import { toEmailKey } from "../email.ts";
import { registerUser } from "../registration/register-user.ts";
import { changePassword } from "../profile/change-password.ts";
import { checkSession } from "./check-session.ts";
import { endAllSessions, endOtherSessions, type Renewed } from "./end-own-sessions.ts";
import { endSession } from "./end-session.ts";
import { logIn } from "./log-in.ts";
import { logOut } from "./log-out.ts";
import type { Token } from "../token/token-factory.ts";

export const PASSWORDS = ["red", "green"] as const;

const KINDS = [
  "register",
  "logIn",
  "check",
  "logOut",
  "endOne",
  "endOthers",
  "endAll",
  "change",
  "requestReset",
  "reset",
  "rehash",
  "disable",
  "enable",
] as const;

export interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly user: number;
  /** Which of the passwords, sessions or tokens known so far. */
  readonly pick: number;
}

export const step: fc.Arbitrary<Step> = fc.record({
  // Log-ins and resets more often than the rest: they are the ones that race.
  kind: fc.constantFrom(...KINDS, "logIn", "logIn", "reset", "reset", "requestReset"),
  user: fc.constantFrom(0, 0, 0, 1),
  pick: fc.nat({ max: 11 }),
});

/** An acknowledged reset: the epoch it made, and its password. */
interface Reset {
  readonly epoch: number;
  readonly password: string;
}

/** What we were told about one user, to be held against what the stores say. */
export interface Person {
  readonly email: string;
  password: string | undefined;
  hasherCost: number;
  enabled: boolean;
  readonly logIns: {
    readonly token: Token;
    readonly epoch: number;
    readonly sessionId: string;
  }[];
  /** How often the epoch was raised by ending sessions. */
  raised: number;
  readonly resetTokens: Token[];
  readonly ended: Set<Token>;
  readonly resets: Reset[];
  resetsInBatch: Reset[];
}

let people = 0;

export function aPerson(): Person {
  people += 1;
  const email = `person-${people}-${Math.floor(Math.random() * 2 ** 40)}@example.com`;
  const lists = { logIns: [], resetTokens: [], resets: [], resetsInBatch: [] };
  return {
    email,
    password: undefined,
    hasherCost: 1,
    enabled: true,
    raised: 0,
    ended: new Set(),
    ...lists,
  };
}

interface Turn {
  readonly ports: Ports;
  readonly person: Person;
  readonly password: string;
  readonly pick: number;
  /** Nothing else runs meanwhile, so what must come of it is known. */
  readonly isAlone: boolean;
}

/** Does one step, and notes down what was acknowledged. */
export async function perform(
  given: Ports,
  everybody: readonly Person[],
  { kind, user, pick }: Step,
  isAlone: boolean,
): Promise<void> {
  const person = everybody[user] as Person;
  const { isOutdated, hash } = memoryPasswordHasher({ cost: person.hasherCost });
  const ports = { ...given, hasher: { ...given.hasher, isOutdated, hash } };
  const password = PASSWORDS[pick % PASSWORDS.length] as string;
  await ACTIONS[kind]({ ports, person, password, pick, isAlone });
}

const ACTIONS: Record<Step["kind"], (turn: Turn) => Promise<void>> = {
  async register({ ports, person, password }) {
    const result = await registerUser(ports, { email: person.email, password });
    if (result.ok) person.password = password;
  },

  async logIn({ ports, person, password, isAlone }) {
    const isExpected = person.enabled && person.password === password;
    const result = await logIn(ports, { email: person.email, password });
    if (isAlone) expect(result.ok).toBe(isExpected);
    if (!result.ok) return;
    const { token, session } = result.value;
    person.logIns.push({ token, epoch: session.epoch, sessionId: session.id });
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
    if (result.ok) renewed(person, result.value);
  },

  async endAll({ ports, person, pick }) {
    const result = await endAllSessions(ports, choose(person.logIns, pick)?.token);
    if (result.ok) renewed(person, { user: result.value, renewed: undefined });
  },

  async change({ ports, person, password: newPassword, pick }) {
    const token = choose(person.logIns, pick)?.token;
    const currentPassword = PASSWORDS[(pick >> 1) % PASSWORDS.length] as string;
    const result = await changePassword(ports, token, { currentPassword, newPassword });
    if (!result.ok) return;
    renewed(person, result.value, false);
    const { epoch } = result.value.user;
    person.resets.push({ epoch, password: newPassword });
    person.resetsInBatch.push({ epoch, password: newPassword });
  },

  async requestReset({ ports, person }) {
    const result = await requestReset(ports, { email: person.email });
    if (result.ok && result.value) person.resetTokens.push(result.value);
  },

  async reset({ ports, person, password, pick }) {
    const token = choose(person.resetTokens, pick) ?? "no token";
    const input = { email: person.email, token, newPassword: password };
    const result = await resetPassword(ports, input);
    if (!result.ok) return;
    const { epoch } = result.value;
    endBefore(person, epoch);
    person.resets.push({ epoch, password });
    person.resetsInBatch.push({ epoch, password });
  },

  async rehash({ person }) {
    person.hasherCost += 1; // the next log-in makes the hash anew
  },

  disable: (turn) => change(turn, disableUser),
  enable: (turn) => change(turn, enableUser),
};

async function change(turn: Turn, act: typeof disableUser): Promise<void> {
  const { ports, person, isAlone } = turn;
  const key = toEmailKey(person.email);
  const user = key && (await ports.users.findByEmail(key));
  const result = user && (await act(ports, user.id));
  if (!result?.ok) return;
  endBefore(person, result.value.epoch);
  if (isAlone) person.enabled = act === enableUser;
}

/** Every session of the epoch before has ended, and maybe one has a successor. */
function renewed(person: Person, { user, renewed: fresh }: Renewed, isRaise = true): void {
  endBefore(person, user.epoch);
  if (isRaise) person.raised += 1;
  if (fresh) {
    const { token, session } = fresh;
    person.logIns.push({ token, epoch: session.epoch, sessionId: session.id });
  }
}

/** Acknowledged: no session from before `epoch` is accepted any more. */
function endBefore(person: Person, epoch: number): void {
  for (const { token, epoch: born } of person.logIns) if (born < epoch) person.ended.add(token);
}

const choose = <Item>(items: readonly Item[], pick: number): Item | undefined =>
  items[pick % Math.max(items.length, 1)];
