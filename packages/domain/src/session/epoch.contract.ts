import fc from "fast-check";
import { expect, it } from "vitest";
import { memoryPorts } from "../memory.ts";
import { toPassword } from "../password/password.ts";
import type { Ports } from "../ports.ts";
import { toEmailKey } from "../email.ts";
import { checkSession } from "./check-session.ts";
import { aPerson, PASSWORDS, perform, type Person, type Step, step } from "./epoch.fixture.ts";

/** The stores under test; everything else is in memory. */
export type Stores = Pick<Ports, "events" | "sessions" | "tokens" | "users">;

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
      for (const person of people) await expectInvariants(ports, person, batch.length === 1);
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

async function expectInvariants(ports: Ports, person: Person, wasAlone: boolean): Promise<void> {
  const key = toEmailKey(person.email);
  const credentials = key && (await ports.users.findCredentials(key));
  if (!credentials) {
    expect(person.password).toBeUndefined();
    return;
  }
  const { user, passwordHash } = credentials;
  // Of a disabling and an enabling at once, either may be the last.
  if (wasAlone) expect(user.disabledAt === undefined).toBe(person.enabled);
  else person.enabled = user.disabledAt === undefined;

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
  expect(count("user.sessions_ended")).toBe(person.raised);
  expect(user.epoch).toBe(person.resets.length + count("user.disabled") + person.raised);
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
    sessions: wrap(ports.sessions, ["open", "check", "end", "list", "project"]),
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
      "credentialsOf",
      "raiseEpoch",
      "revoke",
      "revokeOwn",
    ]),
  };
}
