import { connectPostgres, migrate, planMigrations, planText } from "@postern/postgres";
import {
  InvalidEnvironment,
  mistakesIn,
  reasonFor,
  sharedEnvironment,
  readEnvironment,
} from "@postern/process";
import { z } from "zod";

const { DATABASE_URL, DATABASE_SCHEMA } = sharedEnvironment;
const environment = z.object({ DATABASE_URL: DATABASE_URL.unwrap(), DATABASE_SCHEMA });

/**
 * `pnpm migrate`: migrates DATABASE_SCHEMA in the database of DATABASE_URL. `pnpm migrate --plan`
 * prints the SQL and runs nothing.
 */
try {
  const { data, error } = environment.safeParse(readEnvironment(process.env, environment.shape));
  if (!data) throw new InvalidEnvironment(mistakesIn(error));
  const connection = connectPostgres({
    url: data.DATABASE_URL,
    schema: data.DATABASE_SCHEMA,
    statementTimeoutMs: 0,
  });
  const { db, schema } = connection;
  if (process.argv.includes("--plan")) {
    console.log(planText(await planMigrations(db, schema)) || "nothing to do");
  } else {
    const applied = await migrate(db, schema);
    console.log(applied.length > 0 ? `applied ${applied.join(", ")}` : "nothing to do");
  }
  await connection.close();
} catch (error) {
  console.error(reasonFor(error));
  process.exit(1);
}
