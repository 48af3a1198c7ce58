import { type SessionHistories, type SessionHistory, Unavailable } from "@postern/domain";
import { applyRevocations } from "./apply-revocations.ts";
import { type RedisClient, withTimeout } from "./connect.ts";
import { LEASE_MS } from "./fence.ts";
import { decodeMark, encodeMark } from "./marks.ts";
import { markWriter, type Surveyed } from "./mark-writer.ts";
import { markKeyOf } from "./partition.ts";
import { settleAll } from "./settle-all.ts";
import { sightings } from "./sightings.ts";

interface ReconcilerOptions {
  readonly client: RedisClient;
  readonly histories: SessionHistories;
  /** Called with each history that was certified. */
  readonly onCertified?: ((partitions: number, history: string) => void) | undefined;
}

export interface Reconciler {
  /** Runs once. Throws what went wrong. */
  run(): Promise<void>;
  /**
   * Distrusts all data, for an operator who has changed it by hand: retires every history, applies
   * the revocations since the marks, and certifies what is there. Returns how many partitions.
   */
  recertify(): Promise<number>;
}

/** Longer than a lease. So long a process has the partitions that it retired for itself. */
const SETTLED_AFTER_MS = LEASE_MS + 500;

/** Marks come every few seconds: more than one or two in a row cannot be in the way. */
const MAX_TRIES = 10;

/**
 * Certifies the histories of Redis. Where the primary of a partition has another history than the
 * one that counts, Redis may have forgotten revocations: the old history is retired, every
 * revocation since the mark in the data is applied again, and only then the new history counts.
 * Any number of processes may run this.
 */
export function sessionReconciler(options: ReconcilerOptions): Reconciler {
  const { client, histories, onCertified = () => undefined } = options;
  const writer = markWriter({ client, histories, applyAgain });
  /** When this process first saw a partition's generation. */
  const generations = sightings();

  async function survey(known: SessionHistory): Promise<Surveyed | undefined> {
    const key = markKeyOf(known.source ?? "", known.partition);
    const [history, text] = await withTimeout(client.posternSurvey(key));
    return history === "" ? undefined : { known, history, mark: decodeMark(text) };
  }

  async function run(): Promise<void> {
    const { partitions, position } = await histories.read();
    for (const { partition, generation } of partitions) generations.note(partition, generation);
    writer.note(partitions, position);
    const { surveyed, failed } = await surveyAll(partitions);
    const reconciling = reconcile(
      surveyed.filter(
        ({ known, history }) =>
          (known.history !== history || known.position > position) && isFree(known),
      ),
    );
    await Promise.allSettled([reconciling]); // what follows concerns other partitions
    const due = partitions.filter(
      (known) => known.history !== undefined && !known.isSettled && isOld(known.partition),
    );
    await histories.settle(due);
    const wentBack = await writer.write(
      surveyed.filter(({ known, history }) => known.history === history),
    );
    // Redis went back in time under one history, by a restored snapshot of its machine for one.
    if (wentBack.length > 0) await reconcile((await surveyAll(wentBack)).surveyed);
    await reconciling;
    if (failed) throw failed.reason;
  }

  async function surveyAll(partitions: readonly SessionHistory[]) {
    const answers = await Promise.allSettled(partitions.map(survey));
    const surveyed = answers.flatMap((one) =>
      one.status === "fulfilled" && one.value ? [one.value] : [],
    );
    return { surveyed, failed: answers.find((one) => one.status === "rejected") };
  }

  async function recertify(): Promise<number> {
    const { partitions: before } = await histories.read();
    let [left, certified] = [before, 0];
    // Where a mark is written meanwhile, nothing is retired yet, and it is tried again.
    for (let tries = 0; left.length > 0; tries += 1) {
      const { surveyed, failed } = await surveyAll(left);
      if (failed) throw failed.reason;
      if (surveyed.length < left.length || tries === MAX_TRIES)
        throw new Unavailable("not every partition could be certified");
      certified += await reconcile(surveyed);
      left = (await histories.read()).partitions.filter(
        ({ partition, generation }) => generation === before[partition]?.generation,
      );
    }
    return certified;
  }

  /** Whether no other process is certifying it. */
  const isFree = (known: SessionHistory) => {
    const { partition, history, generation } = known;
    return history === undefined ? generation === 0 || isOld(partition) : writer.mayRetire(known);
  };

  const isOld = (partition: number) => generations.ageOf(partition) > SETTLED_AFTER_MS;

  /** Retires, then reads what was revoked: a revocation after that is not acknowledged. */
  async function reconcile(changed: readonly Surveyed[]): Promise<number> {
    if (changed.length === 0) return 0;
    const retired = await histories.retire(changed.map(({ known }) => known));
    const { position } = await histories.read();
    const certifying: Promise<number>[] = [];
    const byHistory = Map.groupBy(changed, ({ history }) => history);
    for (const [history, surveyed] of byHistory) {
      const own = retired.flatMap((known) => {
        const found = surveyed.find((one) => one.known.partition === known.partition);
        return found ? [{ ...found, known }] : [];
      });
      if (own.length > 0) certifying.push(certify(own, history, position));
    }
    // One server that takes no writes holds up no other.
    return (await settleAll(certifying)).reduce((sum, count) => sum + count, 0);
  }

  async function certify(surveyed: readonly Surveyed[], history: string, position: bigint) {
    const kept = surveyed.filter((one) => isUsable(one, position));
    let own: readonly SessionHistory[] = surveyed.map(({ known }) => known);
    await applyAgain(kept, history, async () => {
      // Another process takes over a generation that stays the same for long.
      own = await histories.retire(own);
      if (own.length < surveyed.length) throw new Error("another process certifies too");
    });
    const generationOf = new Map(own.map(({ partition, generation }) => [partition, generation]));
    // Without a mark nothing is known about the data. A new source leaves it behind, with every
    // session in it, which must log in again.
    const source = crypto.randomUUID().slice(0, 8);
    const next = surveyed.map((one) => {
      const generation = generationOf.get(one.known.partition) ?? one.known.generation;
      const known = { ...one.known, generation };
      return kept.includes(one) ? known : { ...known, source, beat: 1n, position };
    });
    const marks = new Map(kept.map(({ known, mark }) => [known.partition, mark?.position]));
    await Promise.all(
      next.map((known) => {
        const mark = { beat: known.beat, position: marks.get(known.partition) ?? position };
        const key = markKeyOf(known.source ?? "", known.partition);
        return withTimeout(client.posternSetMark(key, encodeMark(mark), history));
      }),
    );
    const certified = await histories.certify(next, history);
    writer.hasWritten(certified);
    if (certified.length > 0) onCertified(certified.length, history);
    return certified.length;
  }

  /** Applies revocations to data that has all of them before its mark. */
  async function applyAgain(
    surveyed: readonly Surveyed[],
    history: string,
    onPage: () => Promise<void> = async () => undefined,
  ): Promise<void> {
    const positionsOfMarks = surveyed.flatMap(({ mark }) => (mark ? [mark.position] : []));
    const [first] = positionsOfMarks.toSorted((one, other) => (one < other ? -1 : 1));
    if (first === undefined) return;
    const sources = new Map(surveyed.map(({ known }) => [known.partition, known.source ?? ""]));
    await applyRevocations({ client, histories, sources, history, position: first, onPage });
  }

  return { run, recertify };
}

/** The mark of a source that Postgres knows, and not from a future that Postgres does not know. */
const isUsable = ({ known, mark }: Surveyed, position: bigint) =>
  known.source !== undefined &&
  mark !== undefined &&
  mark.beat <= known.beat &&
  mark.position <= position &&
  known.position <= position;
