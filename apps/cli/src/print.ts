type Cell = string | number | boolean | Date | undefined | null;
type Row = Readonly<Record<string, unknown>>;

export interface Printer {
  /** One thing: a line for each field, or JSON. */
  item(item: Row): void;
  /** Many of a kind, as a table or a JSON array. */
  items(items: readonly Row[]): void;
  /** For people only. */
  say(text: string): void;
  /** How far long work has got, on standard error. */
  progress(text: string): void;
}

export function printer(isJson: boolean): Printer {
  const json = (value: unknown) =>
    console.log(JSON.stringify(value, (_, field: unknown) => field ?? null, 2));
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
    say(text) {
      if (!isJson) console.log(text);
    },
    progress(text) {
      process.stderr.write(isTerminal ? `\r\x1b[K${text}` : `${text}\n`);
    },
  };
}

/** Columns as wide as they must be, in the order of the first row's fields. */
function toTable(items: readonly Row[]): string {
  const names = Object.keys(items[0] ?? {});
  const rows = [names, ...items.map((item) => names.map((name) => toText(item[name])))];
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

/** Nothing that came from outside may move the cursor of whoever reads it. */
function toText(value: unknown): string {
  const isPlain = typeof value !== "object" || value === null || value instanceof Date;
  const text = isPlain ? plain(value as Cell) : JSON.stringify(value);
  return text.replace(/(?!\n)[\p{Cc}\p{Cf}]/gu, "?");
}

const plain = (cell: Cell) => (cell instanceof Date ? cell.toISOString() : String(cell ?? "-"));
