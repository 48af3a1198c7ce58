import { compare, observe, sequences, strangersSteps } from "@postern/disclosure-kit";
import { RateLimited } from "@postern/domain";
import { testServers } from "@postern/test-servers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Mutant, openly, strictService, type Work } from "./disclosure.fixture.ts";

type Service = Awaited<ReturnType<typeof strictService>>;

const STEPS = strangersSteps();

/** Every form of the pages that takes an address and needs no session. */
const FORMS = ["/register", "/login", "/forgot-password", "/confirm-again"].map((path) => ({
  name: path,
  method: "POST" as const,
  path,
  fields: (email: string) => ({ email, password: "seven green tortoises" }),
}));

/** Returns the states whose requests make the service do other work than those of the first. */
async function differentWork(
  { url, subjects, workOf }: Service,
  length: number,
): Promise<string[]> {
  const different: string[] = [];
  for (const steps of sequences(STEPS, length)) {
    const works: [string, Work][] = [];
    for (const [state, subject] of Object.entries(subjects)) {
      const email = await subject();
      works.push([state, await workOf(() => observe(url, steps, email))]);
    }
    const [[, reference] = []] = works;
    for (const [state, work] of works) {
      if (JSON.stringify(work) === JSON.stringify(reference)) continue;
      different.push(`${state}: ${steps.map(({ name }) => name).join(", ")}`);
    }
  }
  return different;
}

describe.skipIf(!testServers().redisUrl)("the strict policy", () => {
  let service: Service;
  beforeAll(async () => {
    service = await strictService();
  });
  afterAll(() => service?.close());

  it("answers every sequence of three requests the same for an address in any state", async () => {
    const all = sequences(STEPS, 3);
    expect(all).toHaveLength(5 + 25 + 125);
    expect(await compare(service.url, all, service.subjects)).toEqual([]);
  }, 300_000);

  it("does the same work for each, by rounds of bcrypt, statements, commands and rows", async () => {
    expect(await differentWork(service, 2)).toEqual([]);
  }, 300_000);

  it("answers every sequence of two forms on the pages the same, too", async () => {
    const pages = await strictService({ hasPages: true });
    const all = sequences(FORMS, 2);
    expect(await compare(pages.url, all, pages.subjects)).toEqual([]);
    await pages.close();
    const open = await strictService({
      hasPages: true,
      ports: (ports) => ({ ...ports, policy: { ...openly, disclosure: "open" } }),
    });
    expect(await compare(open.url, all, open.subjects)).not.toEqual([]);
    await open.close();
  }, 300_000);

  const header = (response: Response, name: string) => {
    const headers = new Headers(response.headers);
    headers.append(name, "1");
    return new Response(response.body, { status: response.status, headers });
  };
  const MUTANTS: Record<string, Mutant> = {
    "open disclosure": {
      ports: (ports) => ({ ...ports, policy: { ...openly, disclosure: "open" } }),
    },
    "a log-in without verification": { ports: (ports) => ({ ...ports, policy: openly }) },
    "no hash for an unknown address": {
      hasher: (hasher) => ({
        ...hasher,
        verify: async (password, hash, share) =>
          hash !== undefined && (await hasher.verify(password, hash, share)),
      }),
    },
    "hashes that take as long as they cost": { ignoresStoredCost: true },
    "no event for an unknown address": {
      ports: (ports) => ({
        ...ports,
        events: {
          ...ports.events,
          append: (events) => ports.events.append(events.filter(({ userId }) => userId)),
        },
      }),
    },
    "a query more for a known address": {
      ports: (ports) => ({
        ...ports,
        users: {
          ...ports.users,
          async findByEmail(key) {
            const user = await ports.users.findByEmail(key);
            return user && (await ports.users.findById(user.id));
          },
        },
      }),
    },
    "an event fewer for a taken address": {
      ports: (ports) => ({
        ...ports,
        users: {
          ...ports.users,
          create: (user, events, taken) => ports.users.create(user, events, taken?.slice(1)),
        },
      }),
    },
    "a command more for a known address": {
      ports: (ports) => ({
        ...ports,
        users: {
          ...ports.users,
          async findCredentialsByEmail(key) {
            const found = await ports.users.findCredentialsByEmail(key);
            if (found) await ports.sessions.list(found.user.id);
            return found;
          },
        },
      }),
    },
    "failures counted for users only": {
      ports: (ports) => ({
        ...ports,
        failures: {
          ...ports.failures,
          reserve: async (key, cap, userId) =>
            userId === undefined || (await ports.failures.reserve(key, cap, userId)),
        },
      }),
    },
    "429 for a capped account": {
      ports: (ports) => ({
        ...ports,
        failures: {
          ...ports.failures,
          async reserve(key, cap, userId) {
            if (await ports.failures.reserve(key, cap, userId)) return true;
            throw new RateLimited(60_000);
          },
        },
      }),
    },
    "a header for a known address": {
      answer: (_, isKnown, response) => (isKnown ? header(response, "x-known") : response),
    },
    "a cookie for a known address": {
      answer: (_, isKnown, response) => (isKnown ? header(response, "set-cookie") : response),
    },
    "another status for a known address": {
      answer: (_, isKnown, response) =>
        isKnown && response.status === 202
          ? new Response(response.body, { status: 200, headers: response.headers })
          : response,
    },
  };

  it.each(Object.keys(MUTANTS))(
    "with %s is caught",
    async (name) => {
      const mutant = await strictService(MUTANTS[name]);
      // The short sequences first. A sound service has passed all of these above.
      const isSeen = async (length: number) =>
        (await compare(mutant.url, sequences(STEPS, length), mutant.subjects)).length > 0 ||
        (await differentWork(mutant, length)).length > 0;
      const isCaught = (await isSeen(1)) || (await isSeen(2));
      await mutant.close();
      expect(isCaught).toBe(true);
    },
    120_000,
  );
});
