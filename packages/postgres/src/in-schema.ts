import { type KyselyPlugin, WithSchemaPlugin } from "kysely";

/** The schema of an installation that has no other setting. */
export const DEFAULT_SCHEMA = "postern";

/** Puts the default schema in front of the tables of Kysely's query builder. */
export const IN_DEFAULT_SCHEMA: readonly KyselyPlugin[] = [new WithSchemaPlugin(DEFAULT_SCHEMA)];

/** The default schema, or the one of its queues, as a whole word: in a name or in a channel. */
const IN_SQL = /\bpostern(?=(?:_queues)?\b)/g;

/**
 * Our SQL names every table with the default schema, so that it depends on no `search_path`.
 * Returns the function that puts the schema of an installation in its place.
 */
export const inSchema = (schema: string) => (text: string) =>
  schema === DEFAULT_SCHEMA ? text : text.replace(IN_SQL, schema);
