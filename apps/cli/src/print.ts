type Cell = string | number | boolean | Date | undefined | null;
type Row = Readonly<Record<string, unknown>>;

export interface Printer {
  /** Prints one item: a line for each field, or JSON. */
  item(item: Row): void;
  /** Prints several items: a table, or a JSON array. */
  items(items: readonly Row[]): void;
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
      if (isJson) return json(item);
      const width = Math.max(...Object.keys(item).map((name) => name.length));
      for (const [name, value] of Object.entries(item)) {
        console.log(`${name.padEnd(width)}  ${toText(value)}`);
      }
    },
    items(items) {
      if (isJson) return json(items);
      console.log(items.length === 0 ? "none" : toTable(items));
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

/** Lays out columns in the order of the first row's fields. */
function toTable(items: readonly Row[]): string {
  const names = Object.keys(items[0] ?? {});
  const rows = [
    names,
    ...items.map((item) => names.map((name) => toText(item[name]).replaceAll("\n", " "))),
  ];
  const widths = names.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
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
