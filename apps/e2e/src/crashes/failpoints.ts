import type { Verdict, Watch } from "@postern/test-servers";

/** A moment on the path of an event, and the process that is killed at it. */
export interface Step {
  readonly name: string;
  readonly victim: "api" | "worker";
  /**
   * The statement that is sent or answered at this moment. None if the moment is noticed elsewhere.
   */
  readonly sent?: RegExp;
  readonly answered?: RegExp;
  /** A text that the answer must also contain. */
  readonly answer?: RegExp;
}

const WRITES = /(?:insert into|update) postern\.(?:users|events)/;
const FETCHES = /started_on = postern_queues\.job_now\(\)/;
/** A simple query: its letter, its length, its text. */
const COMMITS = /^Q.{4}commit/is;
const COMPLETES = /state = 'completed'/;

/** Every step from the write of a request to the last side effect. */
export const STEPS: readonly Step[] = [
  { name: "before the commit", victim: "api", sent: WRITES },
  { name: "after the commit", victim: "api", answered: WRITES },
  {
    name: "after the claim",
    victim: "worker",
    answered: /delete from postern\.outbox/,
    answer: /DELETE [1-9]/,
  },
  { name: "after the jobs' insert", victim: "worker", sent: /pg_notify\('postern\$jobs', ''\)/ },
  { name: "before the claim's commit", victim: "worker", sent: COMMITS },
  { name: "after the claim's commit", victim: "worker", answered: COMMITS },
  { name: "after the fetch", victim: "worker", answered: FETCHES, answer: /"event"/ },
  { name: "after the mail", victim: "worker" },
  { name: "after the webhook", victim: "worker" },
  { name: "before the completion", victim: "worker", sent: COMPLETES },
  { name: "after the completion", victim: "worker", answered: COMPLETES },
];

/** Waits for one step at a time, and kills when it comes. */
export interface Trap {
  readonly watch: (victim: Step["victim"]) => Watch;
  /** Reports a step that no statement shows. */
  happened(name: string): void;
  /** Resolves when the step has come and its process has been killed. */
  set(step: Step, kill: () => void, withinMs: number): Promise<boolean>;
}

export function createTrap(): Trap {
  let armed: { readonly step: Step; readonly spring: () => void } | undefined;
  const springs = (is: (step: Step) => boolean): Verdict => {
    if (!armed || !is(armed.step)) return "pass";
    armed.spring();
    return "hold"; // bytes after the kill must not get through
  };
  return {
    watch: (victim) => ({
      sent: (text) => springs((step) => step.victim === victim && step.sent?.test(text) === true),
      answered: (sent, answer) =>
        springs(
          (step) =>
            step.victim === victim &&
            step.answered?.test(sent) === true &&
            (step.answer === undefined || step.answer.test(answer)),
        ),
    }),
    happened: (name) => void springs((step) => step.name === name),
    set: (step, kill, withinMs) =>
      new Promise((resolve) => {
        const late = setTimeout(() => {
          armed = undefined;
          resolve(false);
        }, withinMs);
        const spring = () => {
          armed = undefined;
          clearTimeout(late);
          kill();
          resolve(true);
        };
        armed = { step, spring };
      }),
  };
}
