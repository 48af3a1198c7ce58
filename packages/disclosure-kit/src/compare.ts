import { type Observation, observe, type Step } from "./observe.ts";

/**
 * For each state that an address can be in, how to get a fresh address in this state. The first is
 * the reference: usually an address that nobody has used.
 */
export type Subjects = Readonly<Record<string, () => Promise<string>>>;

/** A sequence that tells two states apart. */
export interface Difference {
  readonly state: string;
  readonly reference: string;
  /** The names of the requests. */
  readonly sequence: readonly string[];
  /** The first answer that differs. */
  readonly expected: Observation | undefined;
  readonly observed: Observation | undefined;
}

/**
 * Sends each sequence for an address in each state, and returns where the answers differ from those
 * of the first state. An empty list means that a client sees no difference in status, headers,
 * cookies and bodies. It says nothing about time; see `medianDifference`.
 *
 * @example
 * const differences = await compare("http://127.0.0.1:5000", sequences(strangersSteps(), 2), {
 *   unknown: async () => `${crypto.randomUUID()}@example.com`,
 *   known: async () => await registerSomebody(),
 * });
 */
export async function compare(
  baseUrl: string,
  all: readonly (readonly Step[])[],
  subjects: Subjects,
): Promise<readonly Difference[]> {
  const [reference = "", ...states] = Object.keys(subjects);
  const seenBy = async (state: string, steps: readonly Step[]) =>
    await observe(baseUrl, steps, (await subjects[state]?.()) ?? "");
  const differences: Difference[] = [];
  for (const steps of all) {
    const expected = await seenBy(reference, steps);
    for (const state of states) {
      const observed = await seenBy(state, steps);
      const at = expected.findIndex(
        (one, index) => JSON.stringify(one) !== JSON.stringify(observed[index]),
      );
      if (at === -1) continue;
      const sequence = steps.map(({ name }) => name);
      differences.push({
        state,
        reference,
        sequence,
        expected: expected[at],
        observed: observed[at],
      });
    }
  }
  return differences;
}
