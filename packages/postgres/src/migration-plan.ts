import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from "kysely";
import { DEFAULT_SCHEMA, IN_DEFAULT_SCHEMA, inSchema } from "./in-schema.ts";
import { MIGRATIONS, pendingMigrations } from "./migrate.ts";
import type { Schema } from "./schema.ts";

/** The statements of one migration. */
export interface PlannedMigration {
  readonly name: string;
  readonly statements: readonly string[];
}

/** Returns what `migrate` would run, and runs nothing. */
export async function planMigrations(
  db: Kysely<Schema>,
  schema = DEFAULT_SCHEMA,
): Promise<readonly PlannedMigration[]> {
  return await Promise.all(
    (await pendingMigrations(db, schema)).map((name) => planMigration(name, schema)),
  );
}

/** Writes a plan as SQL. */
export const planText = (plan: readonly PlannedMigration[]): string =>
  plan
    .map(({ name, statements }) =>
      [`-- ${name}`, ...statements.map((statement) => `${statement};`)].join("\n"),
    )
    .join("\n\n");

/** Returns the statements of every migration. */
export const allMigrations = async (): Promise<readonly PlannedMigration[]> =>
  await Promise.all(Object.keys(MIGRATIONS).map((name) => planMigration(name, DEFAULT_SCHEMA)));

async function planMigration(name: string, schema: string): Promise<PlannedMigration> {
  const statements: string[] = [];
  const recorder = new Kysely<unknown>({
    plugins: [...IN_DEFAULT_SCHEMA],
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    log: ({ query }) => void statements.push(inSchema(schema)(query.sql.trim())),
  });
  await MIGRATIONS[name]?.up(recorder);
  return { name, statements };
}
