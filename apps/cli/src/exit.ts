/** The exit codes; `docs/operating/cli.md` lists them. */
export const EXIT = {
  done: 0,
  /** A store did not answer, or an unexpected error. Retrying may help. */
  fault: 1,
  /** Wrong usage: an unknown option, a missing `--yes`, an invalid environment. */
  misuse: 2,
  /** No such user, event, dead letter or endpoint. */
  notFound: 3,
  /** The service is running on this data folder. */
  busy: 4,
} as const;

/** Ends a command with an exit code, and a message for the operator. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly exitCode: number;
  constructor(reason: Exclude<keyof typeof EXIT, "done">, message: string) {
    super(message);
    this.exitCode = EXIT[reason];
  }
}
