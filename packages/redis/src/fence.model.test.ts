import { describe, expect, it } from "vitest";

/**
 * A model of the fence, the rule by which a session check notices that Redis forgot a revocation
 * (`docs/decisions/0027-the-fence.md`). A search visits every order of steps of one
 * revocation, one checking process, a process that reconciles, a process that marks, and two
 * servers of Redis that fail over. A history is the id that a server of Redis takes with every
 * promotion and restart (`master_replid`).
 *
 * The rule: a check counts only if a primary answers it under the history that Postgres names, as
 * far as the process knows by a lease. A revocation is acknowledged if Redis applied it under the
 * history that Postgres still names after its commit, and once no lease of an earlier history is
 * left. A new history is named after the old one was retired, the revocations since the mark of
 * the new primary were read, and all of them were applied to it. A mark says that a server has
 * every revocation before it, so it follows a revocation only when its request has ended.
 */
interface Server {
  readonly history: number;
  readonly isPrimary: boolean;
  readonly hasRevocation: boolean;
  readonly mark: "before" | "after";
}

interface State {
  readonly servers: readonly [Server, Server];
  /** What Postgres has. */
  readonly named: number | undefined;
  readonly generation: number;
  readonly isSettled: boolean;
  readonly isCommitted: boolean;
  readonly request: "new" | "committed" | "applied" | "acknowledged" | "given up";
  /** Under which history the request applied the revocation. */
  readonly appliedUnder: number | undefined;
  /** What the checking process has, and the generation of its lease. No lease: -1. */
  readonly lease: { readonly history: number; readonly generation: number };
  readonly reconciling:
    | {
        readonly step: "retired" | "scanned" | "applied";
        readonly sees: boolean;
        readonly at: 0 | 1;
        readonly history: number;
      }
    | undefined;
  readonly restarts: number;
}

/** The parts of the rule. Without any one of them the search must find a revived session. */
const PARTS = [
  "confirm",
  "guard",
  "lease",
  "mark after the request",
  "retire before the scan",
  "scan",
] as const;
type Part = (typeof PARTS)[number];

const START: State = {
  servers: [
    { history: 0, isPrimary: true, hasRevocation: false, mark: "before" },
    { history: 0, isPrimary: false, hasRevocation: false, mark: "before" },
  ],
  named: 0,
  generation: 0,
  isSettled: true,
  isCommitted: false,
  request: "new",
  appliedUnder: undefined,
  lease: { history: 0, generation: 0 },
  reconciling: undefined,
  restarts: 0,
};

const MAX_RESTARTS = 2;
const SIDES = [0, 1] as const;

const withServer = (state: State, at: 0 | 1, change: Partial<Server>): State => ({
  ...state,
  servers: state.servers.map((server, index) =>
    index === at ? { ...server, ...change } : server,
  ) as unknown as State["servers"],
});

/** Returns whether the checking process accepts an ended session that was acknowledged as ended. */
const isRevived = ({ request, servers, lease }: State, has: (part: Part) => boolean) =>
  request === "acknowledged" &&
  lease.generation >= 0 &&
  servers.some(
    ({ history, isPrimary, hasRevocation }) =>
      !hasRevocation && (!has("guard") || (isPrimary && history === lease.history)),
  );

/** Faults of Redis: replication that may stall, promotions, and restarts from older data. */
function* faults(state: State): Generator<State> {
  const next = 1 + state.restarts;
  for (const at of SIDES) {
    const [server, other] = [state.servers[at], state.servers[at === 0 ? 1 : 0]];
    if (!server.isPrimary && other.isPrimary)
      yield withServer(state, at, { ...other, isPrimary: false });
    if (state.restarts === MAX_RESTARTS) continue;
    const failed = { ...state, restarts: next };
    // The other one may go on as a primary: it does not know that it was deposed.
    if (!server.isPrimary) yield withServer(failed, at, { isPrimary: true, history: next });
    else {
      yield withServer(failed, at, { history: next, hasRevocation: false, mark: "before" });
      if (other.isPrimary) yield withServer(state, at, { ...other, isPrimary: false });
    }
  }
}

function* requestSteps(state: State, has: (part: Part) => boolean): Generator<State> {
  const { request, named, lease, appliedUnder, isSettled } = state;
  if (request === "new") yield { ...state, request: "committed", isCommitted: true };
  if (request === "committed") {
    yield { ...state, request: "given up" };
    // Its process may be connected to any primary, a deposed one as well.
    for (const at of SIDES) {
      const { isPrimary, history } = state.servers[at];
      if (isPrimary)
        yield {
          ...withServer(state, at, { hasRevocation: true }),
          request: "applied",
          appliedUnder: history,
        };
    }
  }
  if (request === "applied") {
    yield { ...state, request: "given up" };
    if (!has("confirm") || (named === appliedUnder && (isSettled || !has("lease"))))
      yield { ...state, request: "acknowledged" };
  }
  // The lease of the checking process: it ends by itself, and is renewed from Postgres.
  yield { ...state, lease: { ...lease, generation: -1 } };
  if (named !== undefined)
    yield { ...state, lease: { history: named, generation: state.generation } };
}

function* reconcilerSteps(state: State, has: (part: Part) => boolean): Generator<State> {
  const { named, reconciling, servers, isCommitted, generation, lease, request } = state;
  for (const at of SIDES) {
    const { isPrimary, history, mark } = servers[at];
    if (!isPrimary) continue;
    const retired = { named: undefined, isSettled: false, generation: generation + 1 };
    const sees = has("scan") && isCommitted && mark === "before";
    if (!reconciling && history !== named)
      yield has("retire before the scan")
        ? { ...state, ...retired, reconciling: { step: "retired", sees: false, at, history } }
        : { ...state, reconciling: { step: "scanned", sees, at, history } };
    // A mark is written under the named history, and says that the server has the revocation.
    const hasEnded = request === "acknowledged" || request === "given up";
    if (history === named && isCommitted && (hasEnded || !has("mark after the request")))
      if (request !== "given up") yield withServer(state, at, { mark: "after" });
  }
  if (reconciling) {
    const { step, at, history } = reconciling;
    yield { ...state, reconciling: undefined }; // its process ended
    const server = servers[at];
    if (step === "retired") {
      const sees = has("scan") && isCommitted && server.mark === "before";
      yield { ...state, reconciling: { ...reconciling, step: "scanned", sees } };
    }
    const isSame = server.isPrimary && server.history === history;
    if (step === "scanned" && isSame) {
      const applied = reconciling.sees ? withServer(state, at, { hasRevocation: true }) : state;
      yield { ...applied, reconciling: { ...reconciling, step: "applied" } };
    }
    if (step === "applied" && isSame) {
      const isRetired = has("retire before the scan");
      yield {
        ...state,
        named: history,
        generation: generation + (isRetired ? 0 : 1),
        isSettled: false,
        reconciling: undefined,
      };
    }
  }
  // No lease of an earlier history is left: it has waited for as long as a lease lasts.
  const isLeft = lease.generation >= 0 && lease.generation < generation;
  if (named !== undefined && !state.isSettled && !isLeft) yield { ...state, isSettled: true };
}

/** Visits every state that can be reached. Returns how many, and whether a session was revived. */
function search(without?: Part): { readonly states: number; readonly isRevived: boolean } {
  const has = (part: Part) => part !== without;
  const seen = new Set([JSON.stringify(START)]);
  const open: State[] = [START];
  for (let state = open.pop(); state; state = open.pop()) {
    if (isRevived(state, has)) return { states: seen.size, isRevived: true };
    for (const steps of [faults(state), requestSteps(state, has), reconcilerSteps(state, has)])
      for (const next of steps) {
        if (next.generation > 4) continue; // more failovers than there are restarts
        const key = JSON.stringify(next);
        if (seen.has(key)) continue;
        seen.add(key);
        open.push(next);
      }
  }
  return { states: seen.size, isRevived: false };
}

describe("the rule of the fence", () => {
  it("revives no session, in any order of steps", () => {
    const { states, isRevived: found } = search();
    expect([states > 1_000, found]).toEqual([true, false]);
  });

  it.each(PARTS)("needs every part: without %o the search finds a revived session", (part) => {
    expect(search(part).isRevived).toBe(true);
  });
});
