import type pg from "pg";

/**
 * Settings on which the meaning of our statements or of their results depends. Every name in our
 * SQL has its schema, so only the functions and operators of Postgres need `search_path`.
 */
const NEEDED = {
  search_path: "pg_catalog",
  DateStyle: "ISO, MDY",
  IntervalStyle: "postgres",
  TimeZone: "UTC",
  bytea_output: "hex",
  standard_conforming_strings: "on",
  default_transaction_isolation: "read committed",
  default_transaction_deferrable: "off",
} as const;

/**
 * Sets what a session needs, whatever the server, the database or the role set. Behind a pooler
 * that lends a server's session to several clients, a setting would reach strangers: then nothing
 * is set, and `checkSettings` tells what is wrong. Such a pooler is recognised by its process id,
 * which is not that of the server's process.
 */
export async function prepareSession(
  client: pg.ClientBase,
  timeouts: { readonly statementTimeoutMs: number },
): Promise<{ readonly isPooled: boolean }> {
  const settings = { ...NEEDED, statement_timeout: String(timeouts.statementTimeoutMs) };
  const assignments = Object.entries(settings).map(
    ([name, value]) => `pg_catalog.set_config('${name}', '${value}', false)`,
  );
  const { processID } = client as unknown as WithProcessId;
  const { rows } = await client.query<{ is_pooled: boolean }>(
    `select pg_catalog.pg_backend_pid() is distinct from $1::int as is_pooled,
       case when pg_catalog.pg_backend_pid() = $1::int then row(${assignments.join(", ")}) end`,
    [processID],
  );
  return { isPooled: rows[0]?.is_pooled ?? false };
}

/** The types do not mention it: the id that the server, or a pooler, gave at the start. */
interface WithProcessId {
  readonly processID: number;
}

/** Settings of which another value breaks nothing, because values are read in every form. */
const HARMLESS = new Set(["search_path", "TimeZone", "bytea_output", "IntervalStyle"]);

/** Throws if this session has a setting with which the service would not work, and names it. */
export async function checkSettings(
  query: (text: string) => Promise<readonly Record<string, unknown>[]>,
): Promise<void> {
  const names = Object.keys(NEEDED).filter((name) => !HARMLESS.has(name));
  const columns = names.map((name) => `pg_catalog.current_setting('${name}') as "${name}"`);
  const [found = {}] = await query(`select ${columns.join(", ")}`);
  for (const name of names) {
    const wanted = NEEDED[name as keyof typeof NEEDED];
    const value = String(found[name]);
    if (value.split(",")[0] === wanted.split(",")[0]) continue;
    throw new Error(
      `DATABASE_URL: a pooler is in between, and ${name} is "${value}"; ` +
        `run: alter role <the role> set ${name} = '${wanted}'`,
    );
  }
}
