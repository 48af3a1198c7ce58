/** How a command can end, as its exit code; `docs/operating/cli.md` lists them. */
export const EXIT = {
  done: 0,
  /** A store did not answer, or something is broken. Trying again may help. */
  fault: 1,
  /** What was asked for makes no sense: an unknown option, a missing `--yes`, a wrong environment. */
  misuse: 2,
  /** There is no such user, event, dead letter or endpoint. */
  notFound: 3,
  /** The service runs on this data folder. */
  busy: 4,
} as const;

/** Ends a command, with a sentence for whoever called it. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly exitCode: number;
  constructor(reason: Exclude<keyof typeof EXIT, "done">, message: string) {
    super(message);
    this.exitCode = EXIT[reason];
  }
}
