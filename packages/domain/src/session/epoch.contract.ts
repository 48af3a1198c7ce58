import fc from "fast-check";
import { expect, it } from "vitest";
import { memoryPasswordHasher, memoryPorts } from "../memory.ts";
import { toPassword } from "../password/password.ts";
import type { Ports } from "../ports.ts";
import { requestReset } from "../recovery/request-reset.ts";
import { resetPassword } from "../recovery/reset-password.ts";
import { disableUser, enableUser } from "../user/disable-user.ts";
import { toEmailKey } from "../user/email.ts";
import { registerUser } from "../user/register-user.ts";
import { checkSession } from "./check-session.ts";
import { logIn } from "./log-in.ts";
import { logOut } from "./log-out.ts";
import type { Token } from "./secret-source.ts";

/** The stores under test; everything else is in memory. */
export type Stores = Pick<Ports, "events" | "sessions" | "tokens" | "users">;

const PASSWORDS = ["red", "green"] as const;
const KINDS = [
  "register",
  "logIn",
  "check",
  "logOut",
  "requestReset",
  "reset",
  "rehash",
  "disable",
  "enable",
] as const;

interface Step {
  readonly kind: (typeof KINDS)[number];
  readonly user: number;
  /** Which of the passwords, sessions or tokens known so far. */
  readonly pick: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  // Log-ins and resets more often than the rest: they are the ones that race.
  kind: fc.constantFrom(...KINDS, "logIn", "logIn", "reset", "reset", "requestReset"),
  user: fc.constantFrom(0, 0, 0, 1),
  pick: fc.nat({ max: 11 }),
});
/** The first user begins where races begin: registered, logged in, with reset tokens at hand. */
const PRELUDE: readonly Step[] = (
  ["register", "logIn", "requestReset", "requestReset"] as const
).map((kind) => ({ kind, user: 0, pick: 0 }));
/** Each batch runs all at once; the next begins when it is over. */
const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 12 });

/**
 * The epoch's invariants, over random sequences and interleavings of everything that touches it:
 * whatever was acknowledged as ended is never accepted again, whatever was not still is, one reset
 * wins at each epoch, its password is the one that counts, and every change has its event.
 */
export function epochContract(open: () => Promise<Stores>, { runs }: { runs: number }): void {
  const check = async (stores: Stores, program: Step[][], run: Run) => {
    const people = [aPerson(), aPerson()];
    const ports = { ...memoryPorts(), ...stores };
    for (const one of PRELUDE) await perform(ports, people, one, true);
    for (const batch of program) {
      for (const person of people) person.resetsInBatch = [];
      await run(ports, (scheduled) =>
        Promise.all(batch.map((one) => perform(scheduled, people, one, batch.length === 1))),
      );
      for (const person of people) await expectInvariants(ports, person);
    }
  };

  it("holds in every interleaving of the ports' calls", async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.scheduler(), async (program, scheduler) => {
        await check(await open(), program, (ports, batch) =>
          scheduler.waitFor(batch(interleaved(ports, scheduler))),
        );
      }),
      { numRuns: runs },
    );
  });

  it("holds when everything runs at once", async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (program) => {
        await check(await open(), program, (ports, batch) => batch(ports));
      }),
      { numRuns: runs },
    );
  });
}

type Run = (ports: Ports, batch: (ports: Ports) => Promise<unknown>) => Promise<unknown>;

/** What we were told about one user, to be held against what the stores say. */
interface Person {
  readonly email: string;
  password: string | undefined;
  hasherCost: number;
  enabled: boolean;
  readonly logIns: { readonly token: Token; readonly epoch: number }[];
  readonly resetTokens: { readonly token: Token }[];
  readonly ended: Set<Token>;
  /** Acknowledged resets: the epoch each one made, and its password. */
  readonly resets: { readonly epoch: number; readonly password: string }[];
  resetsInBatch: { readonly epoch: number; readonly password: string }[];
}

let people = 0;
function aPerson(): Person {
  people += 1;
  const email = `person-${people}-${Math.floor(Math.random() * 2 ** 40)}@example.com`;
  const lists = { logIns: [], resetTokens: [], resets: [], resetsInBatch: [] };
  return { email, password: undefined, hasherCost: 1, enabled: true, ended: new Set(), ...lists };
}

async function perform(
  given: Ports,
  everybody: Person[],
  one: Step,
  alone: boolean,
): Promise<void> {
  const person = everybody[one.user] as Person;
  const { email } = person;
  const ports = { ...given, hasher: costing(given, person) };
  const password = PASSWORDS[one.pick % PASSWORDS.length] as string;
  switch (one.kind) {
    case "register": {
      const result = await registerUser(ports, { email, password });
      if (result.ok) person.password = password;
      return;
    }
    case "logIn": {
      const expected = person.enabled && person.password === password;
      const result = await logIn(ports, { email, password });
      if (alone) expect(result.ok).toBe(expected);
      if (result.ok) person.logIns.push({ ...result.value, epoch: result.value.session.epoch });
      return;
    }
    case "check": {
      const token = choose(person.logIns, one.pick)?.token;
      const endedBefore = token !== undefined && person.ended.has(token);
      if (await checkSession(ports, token)) expect(endedBefore).toBe(false);
      return;
    }
    case "logOut": {
      const token = choose(person.logIns, one.pick)?.token;
      const result = await logOut(ports, token);
      if (result.ok && token) person.ended.add(token);
      return;
    }
    case "requestReset": {
      const result = await requestReset(ports, { email });
      if (result.ok && result.value) person.resetTokens.push({ token: result.value });
      return;
    }
    case "reset": {
      const token = choose(person.resetTokens, one.pick)?.token ?? "no token";
      const result = await resetPassword(ports, { email, token, newPassword: password });
      if (!result.ok) return;
      const { epoch } = result.value;
      endBefore(person, epoch);
      person.resets.push({ epoch, password });
      person.resetsInBatch.push({ epoch, password });
      return;
    }
    case "rehash":
      person.hasherCost += 1; // the next log-in makes the hash anew
      return;
    case "disable":
    case "enable": {
      const key = toEmailKey(email);
      const user = key && (await ports.users.findByEmail(key));
      const change = one.kind === "disable" ? disableUser : enableUser;
      const result = user && (await change(ports, user.id));
      if (result?.ok) endBefore(person, result.value.epoch);
      return;
    }
  }
}

/** Acknowledged: no session from before `epoch` is accepted any more. */
function endBefore(person: Person, epoch: number): void {
  for (const { token, epoch: born } of person.logIns) if (born < epoch) person.ended.add(token);
}

const choose = <Item>(items: readonly Item[], pick: number): Item | undefined =>
  items[pick % Math.max(items.length, 1)];

function costing(ports: Ports, person: Person): Ports["hasher"] {
  const { isOutdated, hash } = memoryPasswordHasher({ cost: person.hasherCost });
  return { ...ports.hasher, isOutdated, hash };
}

async function expectInvariants(ports: Ports, person: Person): Promise<void> {
  const key = toEmailKey(person.email);
  const credentials = key && (await ports.users.findCredentials(key));
  if (!credentials) {
    expect(person.password).toBeUndefined();
    return;
  }
  const { user, passwordHash } = credentials;
  person.enabled = user.disabledAt === undefined;

  for (const { token, epoch } of person.logIns) {
    const accepted = (await checkSession(ports, token)) !== undefined;
    expect(accepted).toBe(epoch === user.epoch && !person.ended.has(token));
  }
  const live = person.logIns.filter(
    (one) => one.epoch === user.epoch && !person.ended.has(one.token),
  );
  expect(await ports.sessions.list(user.id)).toHaveLength(live.length);

  const epochs = person.resets.map(({ epoch }) => epoch);
  expect(new Set(epochs).size).toBe(epochs.length);
  const [last] = person.resetsInBatch.toSorted((a, b) => b.epoch - a.epoch);
  if (last) person.password = last.password;
  const matching: string[] = [];
  for (const password of PASSWORDS) {
    const prepared = toPassword(password, ports.hasher.maxBytes);
    if (prepared.ok && (await ports.hasher.verify(prepared.value, passwordHash)))
      matching.push(password);
  }
  expect(matching).toEqual([person.password]);

  const events = await ports.events.list(user.id, 1000);
  const count = (type: string) => events.filter((event) => event.type === type).length;
  expect(count("user.created")).toBe(1);
  expect(count("user.password_changed")).toBe(person.resets.length);
  expect(user.epoch).toBe(person.resets.length + count("user.disabled"));
  expect(count("session.created")).toBe(person.logIns.length);
}

/** The same ports, but `scheduler` decides in which order their calls happen. */
function interleaved(ports: Ports, scheduler: fc.Scheduler): Ports {
  const wrap = <Port extends object>(port: Port, names: readonly (keyof Port)[]): Port => {
    const wrapped = { ...port };
    for (const name of names) {
      const method = port[name] as (...given: unknown[]) => Promise<unknown>;
      wrapped[name] = scheduler.scheduleFunction(method) as Port[typeof name];
    }
    return wrapped;
  };
  return {
    ...ports,
    events: wrap(ports.events, ["append"]),
    hasher: wrap(ports.hasher, ["hash", "verify"]),
    sessions: wrap(ports.sessions, ["open", "check", "end", "project"]),
    tokens: wrap(ports.tokens, ["put", "find"]),
    users: wrap(ports.users, [
      "create",
      "find",
      "findByEmail",
      "findCredentials",
      "replacePassword",
      "rehash",
      "disable",
      "enable",
      "confirmEpoch",
    ]),
  };
}
