import { EVENT_TYPES, type Language, parseLanguage } from "@postern/domain";
import { type Command, InvalidArgumentError } from "commander";
import { CommandFailure } from "./exit.ts";
import type { Service } from "./open.ts";
import { type Printer, printer } from "./print.ts";

type Act<Arguments extends unknown[]> = (
  service: Service,
  print: Printer,
  ...given: Arguments
) => Promise<void>;

/** Turns a function of the open service into a command's action. */
export type Run = <Arguments extends unknown[]>(
  act: Act<Arguments>,
) => (this: Command, ...given: Arguments) => Promise<void>;

/** Returns the printer that the option `--json` of a command asks for. */
export const printerOf = (command: Command): Printer =>
  printer(command.optsWithGlobals<{ json?: boolean }>().json === true);

/** Opens the service while a command runs. */
export const runOn =
  (open: () => Promise<Service>): Run =>
  (act) =>
    async function run(this, ...given) {
      const service = await open();
      try {
        await act(service, printerOf(this), ...given);
      } finally {
        await service.close();
      }
    };

/** Parses an option as a whole number from 1 to `most`. */
export const numberUpTo = (most: number) => (text: string) => {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > most) {
    throw new InvalidArgumentError(`must be a number from 1 to ${most}`);
  }
  return value;
};

export function parseLanguageTag(tag: string): Language {
  const language = parseLanguage(tag);
  if (language) return language;
  throw new InvalidArgumentError("must be a language tag such as de or pt-BR");
}

/** Parses an event type. A misspelt one would silently match nothing. */
export function parseEventType(text: string): string {
  if (EVENT_TYPES.includes(text)) return text;
  throw new InvalidArgumentError(`must be one of ${EVENT_TYPES.join(", ")}`);
}

export function parseDate(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new InvalidArgumentError("must be an ISO 8601 date");
  return date;
}

/** Throws without `--yes`. For commands that cannot be undone or that affect everybody. */
export function requireYes({ yes }: { readonly yes?: boolean }, what: string): void {
  if (!yes) throw new CommandFailure("misuse", `${what}; pass --yes to confirm`);
}
