import type { SessionHistories, SessionHistory } from "@postern/domain";
import { type RedisClient, withTimeout } from "./connect.ts";
import { LEASE_MS } from "./fence.ts";
import { type Mark, decodeMark, encodeMark, positionDelay } from "./marks.ts";
import { markKeyOf } from "./partition.ts";
import { applyRevocations } from "./apply-revocations.ts";

interface ReconcilerOptions {
  readonly client: RedisClient;
  readonly histories: SessionHistories;
  /** Called with each history that was certified, and with faults. */
  readonly onCertified?: ((partitions: number, history: string) => void) | undefined;
  readonly onFault?: ((error: unknown) => void) | undefined;
}

export interface Reconciler {
  /** Runs once. Throws what went wrong. */
  run(): Promise<void>;
  /**
   * Distrusts all data, for an operator who has changed it by hand: retires every history, applies
   * the revocations since the marks, and certifies what is there. Returns how many partitions.
   */
  recertify(): Promise<number>;
  /** Runs soon, because something was refused. */
  wake(): void;
  /** Runs every second from now on. */
  start(): void;
  stop(): Promise<void>;
}

const EVERY_MS = 1_000;
const MIN_PAUSE_MS = 100;
/** Longer than a lease. So long a process has the partitions that it retired for itself. */
const SETTLED_AFTER_MS = LEASE_MS + 500;
/** Another process writes the marks if none came for so long. */
const MARKS_PAUSE_MS = 5_000;

/** What a partition's primary answered: its history, and the mark in its data. */
interface Surveyed {
  readonly known: SessionHistory;
  readonly history: string;
  readonly mark: Mark | undefined;
}

/**
 * Certifies the histories of Redis. Where the primary of a partition has another history than the
 * one that counts, Redis may have forgotten revocations: the old history is retired, every
 * revocation since the mark in the data is applied again, and only then the new history counts.
 * Any number of processes may run this.
 */
export function sessionReconciler(options: ReconcilerOptions): Reconciler {
  const { client, histories, onCertified = () => undefined, onFault = () => undefined } = options;
  const positions = positionDelay();
  /** When this process first saw a partition's generation, and its newest beat. */
  const generations = new Map<number, Seen<number>>();
  const beats = new Map<number, Seen<bigint>>();
  /** The beats that this process has written into Redis. */
  const written = new Map<number, bigint>();

  async function survey(known: SessionHistory): Promise<Surveyed | undefined> {
    const key = markKeyOf(known.source ?? "", known.partition);
    const [history, mark] = await withTimeout(client.posternSurvey(key));
    return history === "" ? undefined : { known, history, mark: decodeMark(mark) };
  }

  async function run(): Promise<void> {
    const { partitions, position } = await histories.read();
    positions.push(position);
    for (const { partition, generation, beat } of partitions) {
      note(generations, partition, generation);
      note(beats, partition, beat);
    }
    const { surveyed, failed } = await surveyAll(partitions);
    await reconcile(
      surveyed.filter(
        ({ known, history }) =>
          (known.history !== history && isFree(known)) || known.position > position,
      ),
    );
    const due = partitions.filter(
      (known) =>
        known.history !== undefined && !known.isSettled && since(generations, known.partition),
    );
    await histories.settle(due);
    await mark(surveyed.filter(({ known, history }) => known.history === history));
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
    const { partitions } = await histories.read();
    const { surveyed, failed } = await surveyAll(partitions);
    if (failed) throw failed.reason;
    return await reconcile(surveyed);
  }

  /** Whether no other process is certifying it. */
  const isFree = ({ partition, history, generation }: SessionHistory) =>
    history !== undefined || generation === 0 || since(generations, partition);

  const since = (seen: typeof generations, partition: number) =>
    performance.now() - (seen.get(partition)?.atMs ?? Infinity) > SETTLED_AFTER_MS;

  /** Retires, then reads what was revoked: a revocation after that is not acknowledged. */
  async function reconcile(changed: readonly Surveyed[]): Promise<number> {
    if (changed.length === 0) return 0;
    const retired = await histories.retire(changed.map(({ known }) => known));
    const { position } = await histories.read();
    let certified = 0;
    const byHistory = Map.groupBy(changed, ({ history }) => history);
    for (const [history, surveyed] of byHistory) {
      const own = retired.flatMap((known) => {
        const found = surveyed.find((one) => one.known.partition === known.partition);
        return found ? [{ ...found, known }] : [];
      });
      if (own.length > 0) certified += await certify(own, history, position);
    }
    return certified;
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
    for (const { partition, beat } of certified) written.set(partition, beat);
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

  /** Writes marks, if this process is the one that does. */
  async function mark(surveyed: readonly Surveyed[]): Promise<void> {
    const isPaused = ({ known }: Surveyed) =>
      performance.now() - (beats.get(known.partition)?.atMs ?? Infinity) > MARKS_PAUSE_MS;
    const own = surveyed.filter(
      (one) => written.get(one.known.partition) === one.known.beat || isPaused(one),
    );
    for (const [history, group] of Map.groupBy(own, (one) => one.history)) {
      // Nothing watched over the data meanwhile, and it may have gone back in time to a mark that
      // still counts.
      await applyAgain(group.filter(isPaused), history);
      const repeated = group.filter(({ known }) => written.get(known.partition) !== known.beat);
      await beat(
        repeated.map(({ known }) => known),
        history,
      );
      const ready = group.filter(({ known }) => written.get(known.partition) === known.beat);
      const position = positions.oldEnough() ?? 0n;
      await beat(
        await histories.beat(
          ready.map(({ known }) => known),
          position,
        ),
        history,
      );
    }
  }

  /** Writes the marks that Postgres has recorded. */
  async function beat(recorded: readonly SessionHistory[], history: string): Promise<void> {
    const back = await Promise.all(
      recorded.map(async (known) => {
        const key = markKeyOf(known.source ?? "", known.partition);
        const [next, position] = [String(known.beat), String(known.position)];
        const isInOrder = await withTimeout(client.posternBeat(key, next, position, history));
        if (isInOrder === 0) return [known];
        written.set(known.partition, known.beat);
        note(beats, known.partition, known.beat);
        return [];
      }),
    );
    const wentBack = back.flat();
    // Redis went back in time under one history, by a restored snapshot of its machine for one.
    if (wentBack.length > 0) await reconcileAgain(wentBack);
  }

  async function reconcileAgain(wentBack: readonly SessionHistory[]): Promise<void> {
    const surveyed = await Promise.all(wentBack.map(survey));
    await reconcile(surveyed.flatMap((one) => (one ? [one] : [])));
  }

  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isAwake = false;
  let endedAtMs = -Infinity;
  function wake(): void {
    if (!timer || isAwake) return;
    isAwake = true;
    const dueMs = endedAtMs + MIN_PAUSE_MS - performance.now();
    if (!running) setTimeout(runInTurn, Math.max(0, dueMs)).unref();
  }
  function runInTurn(): void {
    if (running || !timer) return;
    isAwake = false;
    running = run()
      .catch(onFault)
      .finally(() => {
        running = undefined;
        endedAtMs = performance.now();
        if (isAwake) setTimeout(runInTurn, MIN_PAUSE_MS).unref();
      });
  }

  return {
    run,
    recertify,
    wake,
    start() {
      timer ??= setInterval(runInTurn, EVERY_MS).unref();
    },
    async stop() {
      clearInterval(timer);
      timer = undefined;
      await running;
    },
  };
}

/** The mark of a source that Postgres knows, and not from a future that Postgres does not know. */
const isUsable = ({ known, mark }: Surveyed, position: bigint) =>
  known.source !== undefined &&
  mark !== undefined &&
  mark.beat <= known.beat &&
  mark.position <= position &&
  known.position <= position;

interface Seen<Value> {
  readonly value: Value;
  readonly atMs: number;
}

/** Remembers since when a partition has this value. */
function note<Value>(seen: Map<number, Seen<Value>>, partition: number, value: Value): void {
  if (seen.get(partition)?.value === value) return;
  seen.set(partition, { value, atMs: performance.now() });
}
