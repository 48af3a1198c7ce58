import { styleText } from "node:util";
import stringWidth from "string-width";

type Cell = string | number | boolean | Date | undefined | null;
type Row = Readonly<Record<string, unknown>>;

export interface Printer {
  /** Prints one item: a line for each field, or JSON. */
  item(item: Row): void;
  /**
   * Prints several items: a table, or a JSON array. In a terminal that is too narrow for the table,
   * each item is a block of lines.
   */
  items(items: readonly object[]): void;
  /** Reports the progress of long work on standard error. */
  progress(text: string): void;
}

export function printer(isJson: boolean): Printer {
  const json = (value: unknown) => {
    const text = JSON.stringify(value, (_, field: unknown) => field ?? null, 2);
    console.log(text.replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, escaped));
  };
  const isTerminal = process.stderr.isTTY;
  return {
    item(item) {
      if (isJson) json(item);
      else console.log(toBlock(item));
    },
    items(given) {
      if (isJson) return json(given);
      const items = given as readonly Row[];
      if (items.length === 0) return console.log("none");
      const table = toTable(items);
      const { isTTY, columns } = process.stdout;
      console.log(!isTTY || table.width <= columns ? table.text : items.map(toBlock).join("\n\n"));
    },
    progress(text) {
      process.stderr.write(isTerminal ? `\r\x1b[K${text}` : `${text}\n`);
    },
  };
}

/** JSON may escape any character, with one escape for each code unit (RFC 8259 section 7). */
const escaped = (sign: string) =>
  [...Array(sign.length).keys()]
    .map((index) => `\\u${sign.charCodeAt(index).toString(16).padStart(4, "0")}`)
    .join("");

/** Bold in a terminal, unless `NO_COLOR` is set. */
const strong = (text: string) => styleText("bold", text, { stream: process.stdout });

/** Lays out columns in the order of the first row's fields. Wide characters take two columns. */
function toTable(items: readonly Row[]): { readonly text: string; readonly width: number } {
  const names = Object.keys(items[0] ?? {});
  const cells = items.map((item) => names.map((name) => toText(item[name]).replaceAll("\n", " ")));
  const measured = [names, ...cells].map((row) =>
    row.map((text) => ({ text, width: stringWidth(text) })),
  );
  const widths = names.map((_, column) =>
    measured.reduce((most, row) => Math.max(most, row[column]?.width ?? 0), 0),
  );
  const lines = measured.map((row, index) =>
    row
      .map(({ text, width }, column) => {
        const shown = index === 0 ? strong(text) : text;
        return shown + " ".repeat((widths[column] ?? 0) - width);
      })
      .join("  ")
      .trimEnd(),
  );
  const gaps = 2 * (names.length - 1);
  return { text: lines.join("\n"), width: widths.reduce((sum, width) => sum + width, gaps) };
}

/** One line for each field. */
function toBlock(item: Row): string {
  const width = Math.max(...Object.keys(item).map((name) => name.length));
  return Object.entries(item)
    .map(([name, value]) => `${strong(name.padEnd(width))}  ${toText(value)}`)
    .join("\n");
}

/** Replaces control characters, so that no stored text can move the reader's cursor. */
export const harmless = (text: string): string => text.replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, "?");

function toText(value: unknown): string {
  const isPlain = typeof value !== "object" || value === null || value instanceof Date;
  const text = isPlain ? plain(value as Cell) : JSON.stringify(value);
  return harmless(text);
}

const plain = (cell: Cell) => (cell instanceof Date ? cell.toISOString() : String(cell ?? "-"));
