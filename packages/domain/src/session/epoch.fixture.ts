import fc from "fast-check";
import { memoryPasswordHasher } from "../memory.ts";
import type { Ports } from "../ports.ts";
import type { Token, TokenPurpose } from "../token/token.ts";

export const PASSWORDS = ["red", "green"] as const;

const KINDS = [
  "register",
  "logIn",
  "check",
  "logOut",
  "endOne",
  "endOthers",
  "endAll",
  "changePassword",
  "changeEmail",
  "requestReset", // the token is in the answer
  "mailReset", // the token is in a mail
  "reset",
  "requestVerification",
  "useLink",
  "rehash",
  "disable",
  "enable",
] as const;

export interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly user: number;
  /** Selects one of the passwords, sessions, tokens or links known so far. */
  readonly pick: number;
}

export const step: fc.Arbitrary<Step> = fc.record({
  // More log-ins, resets and links than other steps: they are the ones that race.
  kind: fc.constantFrom(...KINDS, "logIn", "logIn", "reset", "reset", "mailReset", "useLink"),
  user: fc.constantFrom(0, 0, 0, 1),
  pick: fc.nat({ max: 11 }),
});

/** An acknowledged change that raised the epoch, and what it set. */
interface Change {
  readonly epoch: number;
  /** The new password, `undefined` if it was cleared; absent if it was kept. */
  readonly password?: string | undefined;
  readonly email?: string;
}

/** A link that was mailed. */
interface Link {
  readonly token: Token;
  readonly purpose: TokenPurpose;
}

/** What was acknowledged about one user. The stores must agree with it. */
export interface Person {
  email: string;
  password: string | undefined;
  hasherCost: number;
  isEnabled: boolean;
  readonly logIns: { readonly token: Token; readonly epoch: number; readonly sessionId: string }[];
  readonly resetTokens: Token[];
  readonly links: Link[];
  readonly ended: Set<Token>;
  /** Every acknowledged change that raised the epoch, except disabling. */
  readonly changes: Change[];
  /** Those of the steps that run at the same time. Emptied before the next such batch. */
  changesInBatch: Change[];
}

let people = 0;

export function aPerson(): Person {
  people += 1;
  return {
    email: `person-${people}-${Math.floor(Math.random() * 2 ** 40)}@example.com`,
    password: undefined,
    hasherCost: 1,
    isEnabled: true,
    logIns: [],
    resetTokens: [],
    links: [],
    ended: new Set(),
    changes: [],
    changesInBatch: [],
  };
}

export interface Turn {
  readonly ports: Ports;
  readonly person: Person;
  readonly password: string;
  readonly pick: number;
  /** No other step runs at the same time, so the result is known in advance. */
  readonly isAlone: boolean;
}

export function turnOf(
  given: Ports,
  everybody: readonly Person[],
  { user, pick }: Step,
  isAlone: boolean,
): Turn {
  const person = everybody[user] as Person;
  const { isOutdated, hash } = memoryPasswordHasher({ cost: person.hasherCost });
  const ports = { ...given, hasher: { ...given.hasher, isOutdated, hash } };
  return { ports, person, password: PASSWORDS[pick % PASSWORDS.length] as string, pick, isAlone };
}

/** Notes an acknowledged change: no session from before its epoch is accepted any more. */
export function noteChange(person: Person, change: Change): void {
  endBefore(person, change.epoch);
  person.changes.push(change);
  person.changesInBatch.push(change);
}

export function endBefore(person: Person, epoch: number): void {
  for (const { token, epoch: born } of person.logIns) if (born < epoch) person.ended.add(token);
}

export const choose = <Item>(items: readonly Item[], pick: number): Item | undefined =>
  items[pick % Math.max(items.length, 1)];
