import type { AskReadiness } from "@postern/http";

/** A store, and how to ask it. Each function throws if the store does not do it. */
export interface AskedStore {
  readonly name: string;
  /** Whether session checks need this store. */
  readonly hasSessions: boolean;
  ping(): Promise<void>;
  probeWrite(): Promise<void>;
}

const succeeds = (asked: Promise<void>) =>
  asked.then(
    () => true,
    () => false,
  );

/** Asks all stores at once. */
export const readinessOf =
  (stores: readonly AskedStore[]): AskReadiness =>
  async ({ writes }) => {
    const found = await Promise.all(
      stores.map(async ({ name, hasSessions, ping, probeWrite }) => {
        const answers = await succeeds(ping());
        const takesWrites = answers && (!writes || (await succeeds(probeWrite())));
        return { name, hasSessions, answers, takesWrites };
      }),
    );
    return {
      canCheckSessions: found.every(({ hasSessions, answers }) => answers || !hasSessions),
      canWrite: found.every(({ takesWrites }) => takesWrites),
      failing: found.flatMap(({ name, answers, takesWrites }) =>
        answers ? (takesWrites ? [] : [`${name} takes no writes`]) : [name],
      ),
    };
  };
