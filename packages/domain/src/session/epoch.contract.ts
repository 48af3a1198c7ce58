import fc from "fast-check";
import { expect, it } from "vitest";
import { parseEmail } from "../email.ts";
import { memoryPorts } from "../memory.ts";
import { normalizePassword } from "../password/password.ts";
import type { PasswordHash } from "../password/password-hasher.ts";
import type { Ports } from "../ports.ts";
import type { User } from "../user/user.ts";
import { checkSession } from "./check-session.ts";
import { STEPS } from "./epoch-steps.fixture.ts";
import { aPerson, PASSWORDS, type Person, type Step, step, turnOf } from "./epoch.fixture.ts";

/** The stores under test. All other ports are in memory. */
export type Stores = Pick<
  Ports,
  "emailChanges" | "events" | "ledger" | "sessions" | "tokens" | "users"
>;

/** The first user starts where races start: registered, logged in, with tokens and a link. */
const PRELUDE: readonly Step[] = (
  ["register", "logIn", "mailReset", "requestReset", "requestVerification"] as const
).map((kind) => ({ kind, user: 0, pick: 0 }));

/** The steps of a batch run at once; the next batch starts when they are done. */
const batches = fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 12 });

type Run = (ports: Ports, runBatch: (ports: Ports) => Promise<unknown>) => Promise<unknown>;

/**
 * The epoch's invariants, over random sequences and interleavings of every use case that reads or
 * raises it. A session that was acknowledged as ended is never accepted again; every other one is.
 * One change wins at each epoch, and its password and address are the user's. Every change has its
 * event.
 *
 * @example
 *   describe("the epoch", () => epochContract(async () => stores, { runs: 100 }));
 */
export function epochContract(open: () => Promise<Stores>, { runs }: { runs: number }): void {
  const check = async (stores: Stores, program: readonly Step[][], run: Run) => {
    const people = [aPerson(), aPerson()];
    const ports = { ...memoryPorts(), ...stores };
    for (const batch of [...PRELUDE.map((one) => [one]), ...program]) {
      const isAlone = batch.length === 1;
      for (const person of people) person.changesInBatch = [];
      await run(ports, (scheduled) =>
        Promise.all(batch.map((one) => STEPS[one.kind](turnOf(scheduled, people, one, isAlone)))),
      );
      for (const person of people) await expectInvariants(ports, person, isAlone);
    }
  };

  it("holds in every interleaving of the ports' calls", async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.scheduler(), async (program, scheduler) => {
        await check(await open(), program, (ports, runBatch) =>
          scheduler.waitFor(runBatch(interleaved(ports, scheduler))),
        );
      }),
      { numRuns: runs },
    );
  });

  it("holds when everything runs at once", async () => {
    await fc.assert(
      fc.asyncProperty(batches, async (program) => {
        await check(await open(), program, (ports, runBatch) => runBatch(ports));
      }),
      { numRuns: runs },
    );
  });
}

async function expectInvariants(ports: Ports, person: Person, wasAlone: boolean): Promise<void> {
  const inEpochOrder = person.changesInBatch.toSorted((one, other) => one.epoch - other.epoch);
  for (const change of inEpochOrder) {
    if ("password" in change) person.password = change.password;
    if (change.email !== undefined) person.email = change.email;
  }
  const key = parseEmail(person.email)?.key;
  const credentials = key && (await ports.users.findCredentialsByEmail(key));
  if (!credentials) {
    expect(person.password).toBeUndefined();
    return;
  }
  const { user, passwordHash } = credentials;
  // If a disabling and an enabling ran at once, either may be the last.
  if (wasAlone) expect(user.disabledAt === undefined).toBe(person.isEnabled);
  else person.isEnabled = user.disabledAt === undefined;
  await expectSessions(ports, person, user);
  expect(await matchingPasswords(ports, passwordHash)).toEqual(
    person.password === undefined ? [] : [person.password],
  );
  await expectEvents(ports, person, user);
}

async function expectSessions(ports: Ports, person: Person, user: User): Promise<void> {
  for (const { token, epoch } of person.logIns) {
    const isAccepted = (await checkSession(ports, token)) !== undefined;
    expect(isAccepted).toBe(epoch === user.epoch && !person.ended.has(token));
  }
  const live = person.logIns.filter(
    ({ token, epoch }) => epoch === user.epoch && !person.ended.has(token),
  );
  expect(await ports.sessions.list(user.id)).toHaveLength(live.length);
}

async function expectEvents(ports: Ports, person: Person, user: User): Promise<void> {
  const events = await ports.events.list(user.id, 1_000);
  const count = (type: string) => events.filter((event) => event.type === type).length;
  const { changes } = person;
  const epochs = changes.map(({ epoch }) => epoch);
  expect(new Set(epochs).size).toBe(epochs.length);
  expect(user.epoch).toBe(changes.length + count("user.disabled"));

  const passwordsSet = changes.filter(({ password }) => password !== undefined);
  const moved = changes.filter(({ email }) => email !== undefined);
  const endedOnly = changes.filter(
    (change) => !("password" in change) && change.email === undefined,
  );
  expect(count("user.created")).toBe(1);
  expect(count("user.password_changed")).toBe(passwordsSet.length);
  expect(count("user.email_changed")).toBe(moved.length);
  expect(count("user.sessions_ended")).toBe(endedOnly.length);
  expect(count("session.created")).toBe(person.logIns.length);
}

async function matchingPasswords({ hasher }: Ports, hash: PasswordHash | undefined) {
  const matching: string[] = [];
  for (const password of PASSWORDS) {
    const normalized = normalizePassword(password, hasher.maxBytes);
    if (normalized.ok && (await hasher.verify(normalized.value, hash))) matching.push(password);
  }
  return matching;
}

/**
 * The same ports, but `scheduler` decides in which order the calls of every store method happen.
 */
function interleaved(ports: Ports, scheduler: fc.Scheduler): Ports {
  type Method = (...given: unknown[]) => Promise<unknown>;
  const schedule = <Port extends object>(port: Port): Port => {
    const methods = Object.entries(port).map(([name, method]) => [
      name,
      scheduler.scheduleFunction(method as Method),
    ]);
    return Object.fromEntries(methods) as Port;
  };
  const { hash, verify } = ports.hasher;
  return {
    ...ports,
    emailChanges: schedule(ports.emailChanges),
    events: schedule(ports.events),
    hasher: { ...ports.hasher, ...schedule({ hash, verify }) },
    ledger: schedule(ports.ledger),
    sessions: schedule(ports.sessions),
    tokens: schedule(ports.tokens),
    users: schedule(ports.users),
  };
}
